import { byteText } from "../../core/text.ts";
import { redactPath } from "../../inspect/redact.ts";
import { drawable, inColumns, widthOf } from "../cells.ts";
import { type Line, lineWidth, paint, type Span } from "../line.ts";
import { forgeRows, overlayRows } from "../overlays.ts";
import { layout, matchCount, showsDetail } from "../selectors.ts";
import { type State, selected } from "../state.ts";
import type { Theme } from "../theme.ts";
import { count } from "./header.ts";

/** The line between the header and the panes: it names what is below it. */
export function rule(state: State, theme: Theme): string {
  return paint(ruleLine(state), state.size.columns, theme);
}

function ruleLine(state: State): Line {
  const { columns } = state.size;
  const { wide, listColumns, detailColumns } = layout(state);
  switch (state.mode.kind) {
    case "help":
      return titled([["Keys", "strong"], progress(state, state.mode)], columns);
    case "diff":
      return titled(
        [[`#${state.mode.left} beside #${state.mode.right}`, "strong"], progress(state, state.mode)],
        columns,
      );
    case "forge":
      return titled(
        [
          ["Forge", "strong"],
          [`  ${count(forgeRows(state).length)}`, "dim"],
        ],
        columns,
      );
  }
  if (state.window.rows.length === 0) return titled(listTitle(state), columns);
  if (!wide) return titled(showsDetail(state) ? detailTitle(state) : listTitle(state), columns);
  return [
    ...titled(listTitle(state), listColumns),
    ["┬", "dim"],
    ...titled(detailTitle(state), detailColumns),
  ];
}

/** How far one has read, where there is more than the screen shows. */
function progress(state: State, { scroll }: { readonly scroll: number }): Span {
  const { length } = overlayRows(state);
  const { paneRows } = layout(state);
  if (length <= paneRows) return [""];
  return [`  ${Math.round((100 * Math.min(length, scroll + paneRows)) / length)}%`, "dim"];
}

/** `── title ─────` */
function titled(title: Line, columns: number): Line {
  const room = columns - lineWidth(title) - 5;
  if (room < 0) return [["── ", "dim"], ...title];
  return [["── ", "dim"], ...title, [` ${"─".repeat(room + 1)}`, "dim"]];
}

function listTitle(state: State): Line {
  const { filter, follow, focus, counts, top, window, marks } = state;
  const name: Span = ["Deliveries", focus === "list" ? "strong" : "dim"];
  const place: Span[] = [];
  if (filter.source !== "") {
    const { found, complete } = matchCount(state);
    const shown = drawable(filter.source);
    const most = Math.max(8, layout(state).listColumns - 44);
    const source = widthOf(shown) > most ? `${shown.slice(0, most)}…` : shown;
    place.push(
      [`  ${source}`, "accent"],
      [`  ${count(found)}${complete ? "" : "+"}${counts ? ` of ${count(counts.deliveries)}` : ""}`],
    );
  }
  if (marks.length > 0) place.push([`  ${count(marks.length)} marked`, "accent"]);
  if (!window.atNewest) place.push(["  ↑ newer", "accent"]);
  else if (top > 0) place.push([`  ↑ ${count(top)} newer`, "accent"]);
  else if (window.rows.length > 0) place.push([follow ? "  following" : "  F follows", "dim"]);
  return [name, ...place];
}

function detailTitle(state: State): Line {
  const row = selected(state);
  if (!row) return [];
  const { id, provider, eventName, event, method, path, bytes } = row;
  const what =
    provider === null ? `${method} ${redactPath(path)}` : `${provider} ${eventName ?? event ?? ""}`;
  const size = `  ${byteText(bytes)}`;
  const room = layout(state).detailColumns - size.length - 16;
  return [
    [`#${id}`, state.focus === "detail" ? "strong" : "dim"],
    [`  ${inColumns(drawable(what), Math.min(room, widthOf(drawable(what))))}${size}`, "dim"],
  ];
}
