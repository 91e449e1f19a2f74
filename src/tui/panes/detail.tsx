import { type Line, lineWidth, paint, type Span } from "../line.ts";
import { detailText, layout, textRows } from "../selectors.ts";
import { type Detail as DeliveryDetail, type State, type Tab, tabs } from "../state.ts";
import type { Theme } from "../theme.ts";
import { Rows } from "./rows.tsx";

/** One delivery, a tab at a time. */
export function Detail({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { wide, detailColumns, paneRows } = layout(state);
  const columns = detailColumns - 1;
  const text = detailText(state);
  const height = textRows(state);
  const scroll = Math.max(0, Math.min(state.scroll, text.length - height));
  const read = Math.round((100 * (scroll + height)) / text.length);
  const progress = text.length > height ? `  ${read}%` : "";
  const lines = [tabLine(state, columns, progress), ...text.slice(scroll, scroll + height)];
  const border = wide ? theme("│", "dim") : "";
  const rows = Array.from(
    { length: paneRows },
    (_, row) => `${border} ${paint(lines[row] ?? [], columns, theme)}`,
  );
  return <Rows lines={rows} columns={detailColumns + (wide ? 1 : 0)} height={paneRows} />;
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
    if (lineWidth(line) <= columns) return [...line, [progress, "dim"]];
  }
  const at = tabs.indexOf(state.tab);
  return [
    [`[${names[at]?.name}]`, "strong"],
    [`  ${at + 1} of ${tabs.length}${progress}`, "dim"],
  ];
}

function tabName(tab: Tab, detail: DeliveryDetail | null): string {
  const name = `${tab.charAt(0).toUpperCase()}${tab.slice(1)}`;
  const many = { attempts: detail?.attempts.length ?? 0, job: detail?.job.length ?? 0 };
  const number = tab === "attempts" || tab === "job" ? many[tab] : 0;
  return number > 1 ? `${name} ${number}` : name;
}
