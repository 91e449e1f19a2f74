import { paintFull, paintWhole } from "../line.ts";
import { listRow } from "../list-row.ts";
import { isInFlight, layout, visibleRows } from "../selectors.ts";
import type { State } from "../state.ts";
import { signs, type Theme } from "../theme.ts";

/** The deliveries, newest first: only the rows that are on the screen, as wide as the pane. */
export function list(state: State, theme: Theme): string[] {
  const { listColumns } = layout(state);
  const columns = listColumns - 1;
  const idColumns = Math.max(4, `#${state.window.rows[0]?.id}`.length);
  return visibleRows(state).map((delivery, row) => {
    const line = listRow(delivery, {
      now: state.now,
      inFlight: isInFlight(delivery, state),
      isMarked: state.marks.includes(delivery.id),
      columns,
      idColumns,
    });
    if (state.top + row !== state.cursor) return ` ${paintFull(line, columns, theme)}`;
    const tone = state.focus === "list" ? "selected" : "marked";
    return `${theme(signs.cursor, "accent")}${paintWhole(line, columns, theme, tone)}`;
  });
}
