import { byteText } from "../../core/text.ts";
import { redactPath } from "../../inspect/redact.ts";
import { drawable, inColumns, widthOf } from "../cells.ts";
import { type Line, lineWidth, paint, type Span } from "../line.ts";
import { layout, matchCount, showsDetail } from "../selectors.ts";
import { type State, selected } from "../state.ts";
import type { Theme } from "../theme.ts";
import { count } from "./header.tsx";
import { Rows } from "./rows.tsx";

/** The line between the header and the panes: it names what is below it. */
export function Rule({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { columns } = state.size;
  return <Rows lines={[paint(ruleLine(state), columns, theme)]} columns={columns} height={1} />;
}

function ruleLine(state: State): Line {
  const { columns } = state.size;
  const { wide, listColumns, detailColumns } = layout(state);
  if (state.mode.kind === "help") return titled([["Keys", "strong"]], columns);
  if (state.window.rows.length === 0) return titled(listTitle(state), columns);
  if (!wide) return titled(showsDetail(state) ? detailTitle(state) : listTitle(state), columns);
  return [
    ...titled(listTitle(state), listColumns),
    ["┬", "dim"],
    ...titled(detailTitle(state), detailColumns),
  ];
}

/** `── title ─────` */
function titled(title: Line, columns: number): Line {
  const room = columns - lineWidth(title) - 5;
  if (room < 0) return [["── ", "dim"], ...title];
  return [["── ", "dim"], ...title, [` ${"─".repeat(room + 1)}`, "dim"]];
}

function listTitle(state: State): Line {
  const { filter, follow, focus, counts, top, window } = state;
  const name: Span = ["Deliveries", focus === "list" ? "strong" : "dim"];
  const place: Span[] = [];
  if (filter.source !== "") {
    const { found, complete } = matchCount(state);
    const shown = drawable(filter.source);
    const most = Math.max(8, layout(state).listColumns - 44);
    const source = widthOf(shown) > most ? `${shown.slice(0, most)}…` : shown;
    place.push(
      [`  ${source}`, "accent"],
      [`  ${count(found)}${complete ? "" : "+"} of ${count(counts.deliveries)}`],
    );
  }
  if (!window.atNewest) place.push(["  ↑ newer", "accent"]);
  else if (top > 0) place.push([`  ↑ ${count(top)} newer`, "accent"]);
  else if (follow && window.rows.length > 0) place.push(["  following", "dim"]);
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
    [`  ${inColumns(drawable(what), Math.min(room, widthOf(what)))}${size}`, "dim"],
  ];
}
