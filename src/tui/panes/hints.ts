import { parseFilter } from "../../inspect/filter.ts";
import { drawable } from "../cells.ts";
import { candidates } from "../command-line.ts";
import { type Binding, hintsFor, keyLabel } from "../keymap.ts";
import { justified, type Line, lineWidth, paint, type Span } from "../line.ts";
import { matchCount, whereOf } from "../selectors.ts";
import { isProblem, type State, selected } from "../state.ts";
import type { Theme } from "../theme.ts";
import { count } from "./header.ts";

/** The bottom line: what is asked, else what there is to say, else the keys that work here. */
export function hints(state: State, theme: Theme): string {
  return paint(bottomLine(state), state.size.columns, theme);
}

function bottomLine(state: State): Line {
  const { columns } = state.size;
  const { here, out } = hintsFor(whereOf(state), { hasDelivery: selected(state) !== undefined });
  const way = hintSpans(out, columns);
  return justified(leftPart(state, here, columns - lineWidth(way) - 2), way, columns);
}

function leftPart(state: State, bindings: readonly Binding[], columns: number): Line {
  const { mode, message } = state;
  switch (mode.kind) {
    case "filter":
      return filterLine(state, mode.text);
    case "line":
      return commandLine(mode.text);
    case "forge":
      return [["Forge  ", "strong"], [drawable(mode.text)], CURSOR, ...spaced(hintSpans(bindings, columns))];
    case "copy":
      return [["Copy  ", "strong"], ...hintSpans(bindings, columns)];
    case "export":
      return [[`Export ${numbered(mode.ids)}  `, "strong"], ...hintSpans(bindings, columns)];
    case "remove":
      return [[question(state, mode), "warn"], ...hintSpans(bindings, columns)];
    case "resign":
      return [["The body was changed: sign it anew?  ", "warn"], ...hintSpans(bindings, columns)];
    case "help":
    case "diff":
      return hintSpans(bindings, columns);
    case "browse":
      return message ? [[drawable(message.text), message.tone]] : hintSpans(bindings, columns);
  }
}

const CURSOR: Span = ["▏", "accent"];

const spaced = (line: Line): Line => [["  "], ...line];

function question(
  state: State,
  { ids, isAll }: { readonly ids: readonly number[]; readonly isAll: boolean },
): string {
  const { filter, counts } = state;
  if (!isAll) return `Forget ${numbered(ids)} with body and attempts?  `;
  const owed =
    counts && counts.owed > 0 && filter.source === "" ? `, ${count(counts.owed)} of them owed` : "";
  const which = filter.source === "" ? "all" : "the";
  const matching = filter.source === "" ? "" : ` that match ${drawable(filter.source)}`;
  return `Forget ${which} ${count(ids.length)} deliveries${matching}${owed}?  `;
}

/** `#3`, or how many. */
function numbered(ids: readonly number[]): string {
  return ids.length === 1 ? `#${ids[0]}` : `${count(ids.length)} deliveries`;
}

function filterLine(state: State, text: string): Line {
  const typed: Line = [["/", "strong"], [drawable(text)], CURSOR];
  const filter = parseFilter(text.trim(), state.now);
  if (isProblem(filter)) return [...typed, [` ${drawable(filter.problem)}`, "bad"]];
  const { found, complete } = matchCount(state);
  const matches = found === 1 && complete ? "1 match" : `${count(found)}${complete ? "" : "+"} match`;
  return [...typed, [` ${matches}`, "accent"]];
}

function commandLine(text: string): Line {
  const typed: Line = [[":", "strong"], [drawable(text)], CURSOR];
  const [word = "", ...rest] = text.trimStart().split(/\s/);
  if (rest.length > 0 || /^#?\d+$/.test(word)) return typed;
  const found = candidates(word);
  if (found.length === 0) return [...typed, ["  there is no such command", "bad"]];
  return [...typed, [`  ${found.join("  ")}`, "dim"]];
}

/** As many hints as fit whole. */
function hintSpans(bindings: readonly Binding[], columns: number): Line {
  const spans: Span[] = [];
  let left = columns;
  for (const { keys, hint = "" } of bindings) {
    const gap = spans.length > 0 ? "   " : "";
    const pair: Span[] = [[gap], [keyLabel(keys[0]), "strong"], [` ${hint}`, "dim"]];
    left -= lineWidth(pair);
    if (left < 0) break;
    spans.push(...pair);
  }
  return spans;
}
