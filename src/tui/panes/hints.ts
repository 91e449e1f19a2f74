import { parseFilter } from "../../inspect/filter.ts";
import { drawable } from "../cells.ts";
import { candidates } from "../command-line.ts";
import { placeAt } from "../detail-text.ts";
import { type Hint, hintsFor, keyLabel } from "../keymap.ts";
import { justified, type Line, lineWidth, paint, type Span, wrapLine } from "../line.ts";
import { matchCount, whereOf } from "../selectors.ts";
import { isProblem, type State } from "../state.ts";
import type { Theme } from "../theme.ts";
import { count } from "./header.ts";

/**
 * The bottom line: what is asked, else what there is to say, else the keys that work here. More than one where that
 * is longer than the screen is wide: an error that is cut helps nobody.
 */
export function hints(state: State, theme: Theme): readonly string[] {
  const { columns } = state.size;
  const { here, out } = hintsFor(whereOf(state), { ...state, place: placeAt(state) });
  const way = hintSpans(out, columns);
  const room = columns - lineWidth(way) - 2;
  const left = leftPart(state, here, room);
  if (lineWidth(left) <= room) return [paint(justified(left, way, columns), columns, theme)];
  const rows = wrapLine(left, columns);
  const shown = [...rows.slice(0, MOST_ROWS - 1), rows.slice(MOST_ROWS - 1).flat()].filter(
    ({ length }) => length > 0,
  );
  const [last = []] = shown.splice(-1);
  const end = lineWidth(last) <= room ? justified(last, way, columns) : last;
  return [...shown, end].map((row) => paint(row, columns, theme));
}

const MOST_ROWS = 4;

function leftPart(state: State, bindings: readonly Hint[], columns: number): Line {
  const { mode, message } = state;
  switch (mode.kind) {
    case "filter":
      return filterLine(state, mode.text);
    case "line":
      return commandLine(mode.text);
    case "forge":
      return withHints([["Forge  ", "strong"], [drawable(mode.text)], CURSOR, ["  "]], bindings, columns);
    case "copy":
      return withHints([["Copy  ", "strong"]], bindings, columns);
    case "export":
      return withHints([[`Export ${numbered(mode.ids)}  `, "strong"]], bindings, columns);
    case "remove":
      return withHints([[question(state, mode), "warn"]], bindings, columns);
    case "resign":
      return withHints([["The body was changed: sign it anew?  ", "warn"]], bindings, columns);
    case "help":
    case "diff":
      return hintSpans(bindings, columns);
    case "browse":
      return message ? [[drawable(message.text), message.tone]] : hintSpans(bindings, columns);
  }
}

const CURSOR: Span = ["▏", "accent"];

function withHints(asked: Line, bindings: readonly Hint[], columns: number): Line {
  return [...asked, ...hintSpans(bindings, columns - lineWidth(asked))];
}

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

/** As many hints as fit whole; closer together where that lets all of them. */
function hintSpans(all: readonly Hint[], columns: number): Line {
  const spaced = (gap: string) =>
    all.map(({ key, hint }, i): Line => [[i > 0 ? gap : ""], [keyLabel(key), "strong"], [` ${hint}`, "dim"]]);
  const close = spaced("  ");
  if (lineWidth(close.flat()) <= columns && lineWidth(spaced("   ").flat()) > columns) return close.flat();
  const spans: Span[] = [];
  let left = columns;
  for (const pair of spaced("   ")) {
    left -= lineWidth(pair);
    if (left < 0) break;
    spans.push(...pair);
  }
  return spans;
}
