import { paint, paintWhole } from "../line.ts";
import { listRow } from "../list-row.ts";
import { isInFlight, layout, visibleRows } from "../selectors.ts";
import type { State } from "../state.ts";
import { signs, type Theme } from "../theme.ts";
import { Rows } from "./rows.tsx";

/** The deliveries, newest first: only the rows that are on the screen. */
export function List({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { listColumns, paneRows } = layout(state);
  const columns = listColumns - 1;
  const idColumns = Math.max(4, `#${state.window.rows[0]?.id}`.length);
  const lines = visibleRows(state).map((delivery, row) => {
    const context = { now: state.now, inFlight: isInFlight(delivery, state), columns, idColumns };
    const line = listRow(delivery, context);
    if (state.top + row !== state.cursor) return ` ${paint(line, columns, theme)}`;
    const tone = state.focus === "list" ? "selected" : "marked";
    return `${theme(signs.cursor, "accent")}${paintWhole(line, columns, theme, tone)}`;
  });
  return <Rows lines={lines} columns={listColumns} height={paneRows} />;
}
