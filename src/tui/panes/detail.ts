import { textOf, textRows } from "../detail-text.ts";
import { type Line, lineWidth, paint, type Span } from "../line.ts";
import { layout } from "../selectors.ts";
import { type Detail, type State, type Tab, tabs } from "../state.ts";
import { signs, type Theme } from "../theme.ts";

/** One delivery, a tab at a time. */
export function detail(state: State, theme: Theme): string[] {
  const columns = layout(state).detailColumns - 1;
  const text = textOf(state);
  const height = textRows(state);
  const { scroll } = state;
  const read = Math.round((100 * Math.min(text.length, scroll + height)) / text.length);
  const progress = text.length > height ? `  ${read}%` : "";
  const shown = text.slice(scroll, scroll + height).map(({ line }, i) => {
    const isCursor = state.focus === "detail" && scroll + i === state.line;
    return `${isCursor ? theme(signs.cursor, "accent") : " "}${paint(line, columns - 1, theme)}`;
  });
  return [` ${paint(tabLine(state, columns, progress), columns, theme)}`, ...shown];
}

/** `[Body] Headers Response …`, and how far one has read; where that is too long, the open one alone. */
function tabLine(state: State, columns: number, progress: string): Line {
  const names = tabs.map((tab) => ({ name: tabName(tab, state.detail), isOpen: tab === state.tab }));
  for (const gap of [" ", ""]) {
    const line = names.flatMap(({ name, isOpen }, i): Span[] => [
      [i === 0 || gap === "" ? "" : gap],
      isOpen ? [`[${name}]`, "strong"] : [`${gap}${name}${gap}`, "dim"],
      [gap === "" && i < names.length - 1 ? " " : ""],
    ]);
    if (lineWidth(line) + progress.length <= columns) return [...line, [progress, "dim"]];
  }
  const at = tabs.indexOf(state.tab);
  return [
    [`[${names[at]?.name}]`, "strong"],
    [`  ${at + 1} of ${tabs.length}${progress}`, "dim"],
  ];
}

function tabName(tab: Tab, shown: Detail | null): string {
  const name = `${tab.charAt(0).toUpperCase()}${tab.slice(1)}`;
  const many = { attempts: shown?.attempts.length ?? 0, job: shown?.job.length ?? 0 };
  const number = tab === "attempts" || tab === "job" ? many[tab] : 0;
  return number > 1 ? `${name} ${number}` : name;
}
