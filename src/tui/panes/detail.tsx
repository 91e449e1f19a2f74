import { type Line, paint, type Span } from "../line.ts";
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
  const lines = [tabLine(state, text.length, scroll, height), ...text.slice(scroll, scroll + height)];
  const border = wide ? theme("│", "dim") : "";
  const rows = Array.from(
    { length: paneRows },
    (_, row) => `${border} ${paint(lines[row] ?? [], columns, theme)}`,
  );
  return <Rows lines={rows} columns={detailColumns + (wide ? 1 : 0)} height={paneRows} />;
}

/** `[Body] Headers Response …`, and how far one has read. */
function tabLine(state: State, length: number, scroll: number, height: number): Line {
  const names = tabs.flatMap((tab): Span[] => {
    const name = tabName(tab, state.detail);
    return tab === state.tab ? [[`[${name}]`, "strong"]] : [[` ${name} `, "dim"]];
  });
  if (length <= height) return names;
  return [...names, [`  ${Math.round((100 * (scroll + height)) / length)}%`, "dim"]];
}

function tabName(tab: Tab, detail: DeliveryDetail | null): string {
  const name = `${tab.charAt(0).toUpperCase()}${tab.slice(1)}`;
  const many = { attempts: detail?.attempts.length ?? 0, job: detail?.job.length ?? 0 };
  const number = tab === "attempts" || tab === "job" ? many[tab] : 0;
  return number > 1 ? `${name} ${number}` : name;
}
