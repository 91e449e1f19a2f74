import { helpLines } from "../help-lines.ts";
import { paint } from "../line.ts";
import { layout } from "../selectors.ts";
import type { State } from "../state.ts";
import type { Theme } from "../theme.ts";
import { Rows } from "./rows.tsx";

export function Help({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { paneRows } = layout(state);
  const { columns } = state.size;
  const scroll = state.mode.kind === "help" ? state.mode.scroll : 0;
  const lines = helpLines(columns).slice(scroll, scroll + paneRows);
  return (
    <Rows lines={lines.map((line) => paint(line, columns, theme))} columns={columns} height={paneRows} />
  );
}
