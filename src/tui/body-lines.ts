import { byteText } from "../core/text.ts";
import { asText, hexRows } from "../inspect/dump.ts";
import { indentJson, type JsonToken } from "../inspect/pretty.ts";
import { drawable } from "./cells.ts";
import { type Line, type Span, wrapLine } from "./line.ts";
import type { Tone } from "./theme.ts";

/** Of a body, at most this much is shown. */
export const SHOWN_BODY_BYTES = 256 * 1024;

/** Of bytes that are no text, this much is worth a look. */
const SHOWN_HEX_BYTES = 4 * 1024;

export interface BodyContent {
  /** Its beginning. */
  readonly bytes: Uint8Array;
  /** Length of the whole in bytes. */
  readonly size: number;
}

interface BodyOptions {
  readonly columns: number;
  readonly wrap: boolean;
}

/** A body for reading: JSON indented, other text as it is, anything else in hex. */
export function bodyLines({ bytes, size }: BodyContent, options: BodyOptions): Line[] {
  if (size === 0) return [[["empty", "dim"]]];
  const text = asText(bytes);
  const shown = text === undefined ? Math.min(bytes.length, SHOWN_HEX_BYTES) : bytes.length;
  const lines =
    text === undefined ? hexLines(bytes.subarray(0, shown), options) : textLines(text, size > shown, options);
  return size > shown ? [...lines, [[`… the first ${byteText(shown)} of ${byteText(size)}`, "dim"]]] : lines;
}

function textLines(text: string, isCut: boolean, options: BodyOptions): Line[] {
  const json = indentJson(text, { cut: isCut });
  if (json) {
    return json.flatMap(({ depth, tokens }) => {
      const indent = Math.min(2 * depth, Math.floor(options.columns / 2));
      return rows([[" ".repeat(indent)], ...tokens.map(jsonSpan)], indent + 2, options);
    });
  }
  return text.split(/\r?\n/).flatMap((line) => rows([[drawable(line.replaceAll("\t", "    "))]], 0, options));
}

function rows(line: Line, indent: number, { columns, wrap }: BodyOptions): Line[] {
  return wrap ? wrapLine(line, columns, indent) : [line];
}

function jsonSpan({ kind, text }: JsonToken): Span {
  if (text === ":") return [": ", "dim"];
  const tone: Tone = kind === "punctuation" ? "dim" : kind;
  return [drawable(text), tone];
}

/** As many bytes a row as fit. */
function hexLines(bytes: Uint8Array, { columns }: BodyOptions): Line[] {
  const perRow = columns >= 75 ? 16 : columns >= 42 ? 8 : 4;
  return hexRows(bytes, perRow).map(({ offset, hex, text }) => [
    [`${offset}  `, "dim"],
    [`${hex}  `],
    [text, "accent"],
  ]);
}
