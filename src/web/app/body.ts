import { byteText } from "../../core/text.ts";
import { hexRows } from "../../inspect/dump.ts";
import { indentJson, type JsonLine } from "../../inspect/pretty.ts";
import type { Content } from "../protocol.ts";
import { el } from "./dom.ts";

/** How a body is looked at: indented, as it came, or byte by byte. */
export type BodyView = "pretty" | "raw" | "hex";

/** Lines drawn at once; the rest on demand. */
const LINES_AT_ONCE = 2_000;

/** Of bytes that are no text, this much is worth a look. */
const SHOWN_HEX_BYTES = 16 * 1024;

export function viewsOf({ encoding, data, isCut }: Content): readonly BodyView[] {
  if (encoding === "base64") return ["hex"];
  return indentJson(data, { cut: isCut }) ? ["pretty", "raw", "hex"] : ["raw", "hex"];
}

/** A body as text, whatever is in it. */
export function bodyElement(content: Content, view: BodyView): HTMLElement {
  if (content.size === 0) return el("p", { class: "dim" }, "empty");
  const { lines, isCut } = linesOf(content, view);
  const code = el("pre", { class: `code ${view}`, tabindex: 0 });
  const more = (from: number) => {
    code.append(...lines.slice(from, from + LINES_AT_ONCE).map((line) => line()));
    const left = lines.length - from - LINES_AT_ONCE;
    if (left <= 0) return;
    const button = el("button", { type: "button", onclick: next }, `${left} more lines`);
    function next() {
      button.remove();
      more(from + LINES_AT_ONCE);
    }
    code.append(button);
  };
  more(0);
  if (isCut)
    code.append(el("span", { class: "dim" }, `… of ${byteText(content.size)}; Save gives all of it`));
  return code;
}

type LineMaker = () => HTMLElement;

function linesOf(content: Content, view: BodyView): { lines: readonly LineMaker[]; isCut: boolean } {
  const json = view === "pretty" ? indentJson(content.data, { cut: content.isCut }) : undefined;
  if (json) return { lines: json.map((line) => () => jsonLine(line)), isCut: content.isCut };
  if (view === "hex") {
    const bytes = bytesOf(content);
    const rows = hexRows(bytes.subarray(0, SHOWN_HEX_BYTES));
    const lines = rows.map(({ offset, hex, text }) => () => {
      return el(
        "span",
        { class: "line" },
        el("span", { class: "dim" }, `${offset}  `),
        `${hex}  `,
        text,
        "\n",
      );
    });
    return { lines, isCut: content.isCut || bytes.length > SHOWN_HEX_BYTES };
  }
  const lines = content.data.split(/\r?\n/).map((line) => () => el("span", { class: "line" }, `${line}\n`));
  return { lines, isCut: content.isCut };
}

function jsonLine({ depth, tokens }: JsonLine): HTMLElement {
  const pieces = tokens.map(({ kind, text }) =>
    kind === "punctuation" ? (text === ":" ? ": " : text) : el("span", { class: `json-${kind}` }, text),
  );
  // Wrapped lines hang below their own beginning; hostile nesting does not push the text out of sight.
  const line = el("span", { class: "line" }, "  ".repeat(Math.min(depth, 20)), ...pieces, "\n");
  line.style.setProperty("--depth", String(Math.min(depth, 20)));
  return line;
}

function bytesOf({ encoding, data }: Content): Uint8Array {
  if (encoding === "utf8") return new TextEncoder().encode(data);
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
}
