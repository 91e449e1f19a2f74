import { parseFilter } from "../../inspect/filter.ts";
import { drawable } from "../cells.ts";
import { type Binding, hintsFor, keyLabel } from "../keymap.ts";
import { justified, type Line, lineWidth, paint, type Span } from "../line.ts";
import { matchCount, whereOf } from "../selectors.ts";
import { isProblem, type State, selected } from "../state.ts";
import type { Theme } from "../theme.ts";
import { count } from "./header.tsx";
import { Rows } from "./rows.tsx";

/** The bottom line: what is asked, else what there is to say, else the keys that work here. */
export function Hints({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { columns } = state.size;
  return <Rows lines={[paint(bottomLine(state), columns, theme)]} columns={columns} height={1} />;
}

function bottomLine(state: State): Line {
  const { columns } = state.size;
  const { here, out } = hintsFor(whereOf(state), { hasDelivery: selected(state) !== undefined });
  const way = hintSpans(out, columns);
  return justified(leftPart(state, here, columns - lineWidth(way) - 2), way, columns);
}

function leftPart(state: State, hints: readonly Binding[], columns: number): Line {
  const { mode, message } = state;
  switch (mode.kind) {
    case "filter":
      return filterLine(state, mode.text);
    case "copy":
      return [["Copy  ", "strong"], ...hintSpans(hints, columns)];
    case "remove":
      return [[`Forget #${mode.id} with its body and attempts?  `, "warn"], ...hintSpans(hints, columns)];
    case "help":
      return hintSpans(hints, columns);
    case "browse":
      return message ? [[drawable(message.text), message.tone]] : hintSpans(hints, columns);
  }
}

function filterLine(state: State, text: string): Line {
  const typed: Line = [["/", "strong"], [drawable(text)], ["▏", "accent"]];
  const filter = parseFilter(text.trim(), state.now);
  if (isProblem(filter)) return [...typed, [` ${drawable(filter.problem)}`, "bad"]];
  const { found, complete } = matchCount(state);
  const matches = found === 1 && complete ? "1 match" : `${count(found)}${complete ? "" : "+"} match`;
  return [...typed, [` ${matches}`, "accent"]];
}

/** As many hints as fit whole. */
function hintSpans(hints: readonly Binding[], columns: number): Line {
  const spans: Span[] = [];
  let left = columns;
  for (const { keys, hint = "" } of hints) {
    const gap = spans.length > 0 ? "   " : "";
    const pair: Span[] = [[gap], [keyLabel(keys[0]), "strong"], [` ${hint}`, "dim"]];
    left -= lineWidth(pair);
    if (left < 0) break;
    spans.push(...pair);
  }
  return spans;
}
