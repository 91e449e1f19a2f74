import { byteText } from "../core/text.ts";
import { asText, hexRows } from "../inspect/dump.ts";
import { indentJson, type JsonLine, type JsonToken } from "../inspect/pretty.ts";
import { drawable } from "./cells.ts";
import type { TextRow } from "./detail-text.ts";
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
  /** Numbers of the JSON lines whose inside is left out. */
  readonly folds?: ReadonlySet<number>;
}

/** A body for reading: JSON indented and foldable, other text as it is, anything else in hex. */
export function bodyRows({ bytes, size }: BodyContent, options: BodyOptions): TextRow[] {
  if (size === 0) return [{ line: [["empty", "dim"]] }];
  const text = asText(bytes);
  const shown = text === undefined ? Math.min(bytes.length, SHOWN_HEX_BYTES) : bytes.length;
  const rows =
    text === undefined ? hexRowsOf(bytes.subarray(0, shown), options) : textRows(text, size > shown, options);
  if (size <= shown) return rows;
  return [...rows, { line: [[`… the first ${byteText(shown)} of ${byteText(size)}`, "dim"]] }];
}

/** Numbers of the JSON lines that begin something of several lines, without the outermost. */
export function foldableLines({ bytes, size }: BodyContent): ReadonlySet<number> {
  const text = asText(bytes);
  const json = text === undefined ? undefined : indentJson(text, { cut: size > bytes.length });
  return new Set([...endsOf(json ?? []).keys()].filter((line) => (json?.[line]?.depth ?? 0) > 0));
}

function textRows(text: string, isCut: boolean, options: BodyOptions): TextRow[] {
  const json = indentJson(text, { cut: isCut });
  if (json) return jsonRows(json, options);
  return text
    .split(/\r?\n/)
    .flatMap((line) =>
      rows([[drawable(line.replaceAll("\t", "    "))]], 0, options).map((line) => ({ line })),
    );
}

function jsonRows(json: readonly JsonLine[], options: BodyOptions): TextRow[] {
  const { columns, folds = new Set() } = options;
  const ends = endsOf(json);
  const found: TextRow[] = [];
  for (let number = 0; number < json.length; number += 1) {
    const { depth, tokens } = json[number] as JsonLine;
    const end = ends.get(number);
    const indent = Math.min(2 * depth, Math.floor(columns / 2));
    const spans: Span[] = [[" ".repeat(indent)], ...tokens.map(jsonSpan)];
    const url = urlOf(tokens);
    const place = {
      kind: "json" as const,
      line: number,
      isFoldable: end !== undefined,
      ...(url === undefined ? {} : { url }),
    };
    if (end !== undefined && folds.has(number)) {
      const closing = json[end]?.tokens.map(jsonSpan) ?? [];
      spans.push([` … ${end - number - 1} lines `, "accent"], ...closing);
      number = end;
    }
    found.push(...rows(spans, indent + 2, options).map((line) => ({ line, place })));
  }
  return found;
}

/** Where what is opened at the end of a line is closed, by the lines' numbers. */
function endsOf(json: readonly JsonLine[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (const [number, { tokens }] of json.entries()) {
    const first = tokens[0]?.text;
    if (first === "}" || first === "]") {
      const start = open.pop();
      if (start !== undefined) ends.set(start, number);
    }
    const last = tokens.at(-1)?.text;
    if (last === "{" || last === "[") open.push(number);
  }
  return ends;
}

/** The line's value where that is a URL. */
function urlOf(tokens: readonly JsonToken[]): string | undefined {
  const value = tokens.find(({ kind, text }) => kind === "string" && /^"https?:/i.test(text));
  if (!value) return undefined;
  try {
    const url: unknown = JSON.parse(value.text);
    return typeof url === "string" && URL.canParse(url) ? url : undefined;
  } catch {
    return undefined;
  }
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
function hexRowsOf(bytes: Uint8Array, { columns }: BodyOptions): TextRow[] {
  const perRow = columns >= 75 ? 16 : columns >= 42 ? 8 : 4;
  return hexRows(bytes, perRow).map(({ offset, hex, text }) => ({
    line: [[`${offset}  `, "dim"], [`${hex}  `], [text, "accent"]],
  }));
}
