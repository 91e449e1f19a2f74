import { LEAST } from "./layout.ts";
import { paint, wrapLine } from "./line.ts";
import { overlayRows } from "./overlays.ts";
import { detail } from "./panes/detail.ts";
import { empty } from "./panes/empty.ts";
import { forge } from "./panes/forge.ts";
import { header } from "./panes/header.ts";
import { hints } from "./panes/hints.ts";
import { list } from "./panes/list.ts";
import { rule } from "./panes/rule.ts";
import { layout } from "./selectors.ts";
import type { State } from "./state.ts";
import type { Theme } from "./theme.ts";

/** The whole screen: as many rows as the terminal has, none wider than it. */
export function frameOf(state: State, theme: Theme): readonly string[] {
  const { size } = state;
  const { tooSmall, paneRows } = layout(state);
  if (tooSmall) return filled(tooSmallText(state), size.rows);
  // What does not fit into the bottom line is worth the last rows of the panes.
  const bottom = hints(state, theme);
  return [
    ...header(state, theme),
    rule(state, theme),
    ...filled(panes(state, theme), paneRows + 1 - bottom.length),
    ...bottom,
  ];
}

function filled(rows: readonly string[], height: number): string[] {
  return Array.from({ length: height }, (_, i) => rows[i] ?? "");
}

function panes(state: State, theme: Theme): readonly string[] {
  const { wide, paneRows, listColumns } = layout(state);
  const { mode } = state;
  if (mode.kind === "forge") return forge(state, mode, theme);
  if (mode.kind === "help" || mode.kind === "diff") {
    const rows = overlayRows(state).slice(mode.scroll, mode.scroll + paneRows);
    return rows.map((line) => paint(line, state.size.columns, theme));
  }
  if (state.window.rows.length === 0) return empty(state, theme);
  if (!wide) return state.focus === "detail" ? detail(state, theme) : list(state, theme);
  const left = list(state, theme);
  const right = detail(state, theme);
  const border = theme("│", "dim");
  return Array.from(
    { length: paneRows },
    (_, i) => `${left[i] ?? " ".repeat(listColumns)}${border}${right[i] ?? ""}`,
  );
}

function tooSmallText({ size }: State): string[] {
  const words = `hookspool needs ${LEAST.columns}×${LEAST.rows}; this is ${size.columns}×${size.rows}. Deliveries are kept all the same.`;
  return wrapLine([[words]], Math.max(1, size.columns)).map((line) => line.map(([text]) => text).join(""));
}
