import { drawable, inColumns } from "../cells.ts";
import { type Line, paint, paintWhole } from "../line.ts";
import { forgeRows } from "../overlays.ts";
import { layout } from "../selectors.ts";
import type { ForgeChoice, ForgeMode, State } from "../state.ts";
import { signs, type Theme } from "../theme.ts";

/** What can be forged: provider → event or scenario. */
export function forge(state: State, mode: ForgeMode, theme: Theme): string[] {
  const { paneRows } = layout(state);
  const columns = state.size.columns - 1;
  if (!state.forgeChoices) return [theme("  Looking into the catalogue…", "dim")];
  const found = forgeRows(state);
  if (found.length === 0) return [` ${theme(" Nothing in the catalogue is called that.", "dim")}`];
  const top = Math.max(0, Math.min(mode.cursor - Math.floor(paneRows / 2), found.length - paneRows));
  return found.slice(top, top + paneRows).map((choice, row) => {
    const line = choiceLine(choice, columns);
    if (top + row !== mode.cursor) return ` ${paint(line, columns, theme)}`;
    return `${theme(signs.cursor, "accent")}${paintWhole(line, columns, theme, "selected")}`;
  });
}

function choiceLine({ provider, name, isScenario, about }: ForgeChoice, columns: number): Line {
  const nameColumns = columns >= 80 ? 34 : 24;
  return [
    [` ${inColumns(provider, columns >= 60 ? 18 : 12)} `, "key"],
    ["→ ", "dim"],
    [inColumns(drawable(name), nameColumns), "strong"],
    [isScenario ? " scenario: " : " ", "accent"],
    [drawable(about), "dim"],
  ];
}
