import { parseFilter } from "../../inspect/filter.ts";
import { drawable } from "../cells.ts";
import { hintsFor, keyLabel } from "../keymap.ts";
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
  const { mode, message, size } = state;
  switch (mode.kind) {
    case "filter":
      return justified(filterLine(state, mode.text), hintLine(state, size.columns), size.columns);
    case "copy":
      return [["Copy  ", "strong"], ...hintLine(state, size.columns)];
    case "remove":
      return [[`Forget #${mode.id} with its body and attempts?  `, "warn"], ...hintLine(state, size.columns)];
    case "help":
      return hintLine(state, size.columns);
    case "browse":
      return message ? [[drawable(message.text), message.tone]] : hintLine(state, size.columns);
  }
}

function filterLine(state: State, text: string): Line {
  const typed: Line = [["/", "strong"], [drawable(text)], ["▏", "accent"]];
  const filter = parseFilter(text.trim());
  if (isProblem(filter)) return [...typed, [` ${drawable(filter.problem)}`, "bad"]];
  const { found, complete } = matchCount(state);
  const matches = found === 1 && complete ? "1 match" : `${count(found)}${complete ? "" : "+"} match`;
  return [...typed, [` ${matches}`, "accent"]];
}

/** As many hints as fit whole. */
function hintLine(state: State, columns: number): Line {
  const spans: Span[] = [];
  let left = columns;
  for (const { keys, hint = "" } of hintsFor(whereOf(state), {
    hasDelivery: selected(state) !== undefined,
  })) {
    const pair: Span[] = [
      [keyLabel(keys[0]), "strong"],
      [` ${hint}   `, "dim"],
    ];
    left -= lineWidth(pair);
    if (left < 0) break;
    spans.push(...pair);
  }
  return spans;
}
