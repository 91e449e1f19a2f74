import { cut, widthOf } from "./cells.ts";
import type { Theme, Tone } from "./theme.ts";

/** A piece of text in one tone. What strangers sent is `drawable` before it gets here. */
export type Span = readonly [text: string, tone?: Tone];

/** One row of a pane before it is coloured: its width is known, its colours are not. */
export type Line = readonly Span[];

/** A line, coloured, in at most `width` columns; where it is longer, an ellipsis says so. */
export function paint(line: Line, width: number, theme: Theme): string {
  return clipped(line, width)
    .spans.map(([text, tone]) => (text === "" ? "" : theme(text, tone)))
    .join("");
}

/** The same in exactly `width` columns: what something stands to the right of. */
export function paintFull(line: Line, width: number, theme: Theme): string {
  const { spans, left } = clipped(line, width);
  return spans.map(([text, tone]) => (text === "" ? "" : theme(text, tone))).join("") + " ".repeat(left);
}

/** In one tone and exactly `width` columns: how a selected row is shown. */
export function paintWhole(line: Line, width: number, theme: Theme, tone: Tone): string {
  const { spans, left } = clipped(line, width);
  return theme(spans.map(([text]) => text).join("") + " ".repeat(left), tone);
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, [text]) => sum + widthOf(text), 0);
}

/** A line in as many rows as it needs; the following ones are set in by `indent` columns. */
export function wrapLine(line: Line, width: number, indent = 0): Line[] {
  if (lineWidth(line) <= width) return [line];
  const hanging = Math.min(indent, Math.floor(width / 2));
  const rows: Line[] = [];
  let row: Span[] = [];
  let left = width;
  for (const [text, tone] of line) {
    let rest = text;
    while (rest !== "") {
      const piece = atWord(cut(rest, left), rest);
      if (piece.text !== "") row.push(tone === undefined ? [piece.text] : [piece.text, tone]);
      rest = rest.slice(piece.text.length);
      left = piece.left;
      if (rest === "") break;
      // A character wider than the pane itself has no place in it.
      if (piece.text === "" && left === width - (rows.length > 0 ? hanging : 0)) break;
      rows.push(row);
      row = hanging > 0 ? [[" ".repeat(hanging)]] : [];
      left = width - hanging;
    }
  }
  return [...rows, row];
}

/** A break in the middle of a word is moved before it, unless that would waste much of the row. */
function atWord(piece: ReturnType<typeof cut>, text: string): ReturnType<typeof cut> {
  if (piece.text.length === text.length) return piece;
  const space = piece.text.lastIndexOf(" ") + 1;
  const moved = piece.text.slice(space);
  if (space === 0 || moved.length > LONGEST_WORD) return piece;
  return { text: piece.text.slice(0, space), left: piece.left + widthOf(moved) };
}

const LONGEST_WORD = 16;

/** One part to the left, one to the right; where there is not room for both, the left one is cut. */
export function justified(left: Line, right: Line, width: number): Line {
  const room = width - lineWidth(right) - 2;
  if (room < 8) return left;
  const { spans, left: gap } = clipped(left, room);
  return [...spans, [" ".repeat(gap + 2)], ...right];
}

/** What of a line fits into `width` columns, and how many of them are left. */
function clipped(line: Line, width: number): { readonly spans: Line; readonly left: number } {
  if (width <= 0) return { spans: [], left: 0 };
  const tooLong = lineWidth(line) > width;
  let left = tooLong ? width - 1 : width;
  const spans: Span[] = [];
  for (const [text, tone] of line) {
    const piece = cut(text, left);
    spans.push(tone === undefined ? [piece.text] : [piece.text, tone]);
    left = piece.left;
    if (piece.text.length < text.length) break;
  }
  return { spans: tooLong ? [...spans, ["…", "dim"]] : spans, left };
}
