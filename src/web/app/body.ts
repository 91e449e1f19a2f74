import { byteText } from "../../core/text.ts";
import { hexRows } from "../../inspect/dump.ts";
import { indentJson } from "../../inspect/pretty.ts";
import type { Content } from "../protocol.ts";
import { el } from "./dom.ts";
import { type JsonTree, jsonTree } from "./json-tree.ts";
import { moreAndMore } from "./lines.ts";

/** How a body is looked at: indented, as it came, or byte by byte. */
export type BodyView = "tree" | "raw" | "hex";

/** Of bytes that are no text, this much is worth a look. */
const SHOWN_HEX_BYTES = 16 * 1024;

export interface ShownBody {
  readonly element: HTMLElement;
  /** Where it can be folded. */
  readonly tree?: JsonTree;
}

export function viewsOf({ encoding, data, isCut }: Content): readonly BodyView[] {
  if (encoding === "base64") return ["hex"];
  return indentJson(data, { cut: isCut }) ? ["tree", "raw", "hex"] : ["raw", "hex"];
}

/** A body as text, whatever is in it. */
export function shownBody(content: Content, view: BodyView): ShownBody {
  if (content.size === 0) return { element: el("p", { class: "dim" }, "empty") };
  const json = view === "tree" ? indentJson(content.data, { cut: content.isCut }) : undefined;
  const tree = json && jsonTree(json);
  const element = tree?.element ?? plainLines(content, view);
  const isCut = content.isCut || (view === "hex" && content.size > SHOWN_HEX_BYTES);
  if (isCut)
    element.append(el("span", { class: "dim" }, `… of ${byteText(content.size)}; Save gives all of it`));
  return { element, ...(tree ? { tree } : {}) };
}

function plainLines(content: Content, view: BodyView): HTMLElement {
  const code = el("pre", { class: `code ${view}`, tabindex: 0 });
  if (view === "hex") {
    const rows = hexRows(bytesOf(content).subarray(0, SHOWN_HEX_BYTES));
    moreAndMore(code, rows.length, (at) => {
      const { offset = "", hex = "", text = "" } = rows[at] ?? {};
      return el(
        "span",
        { class: "line" },
        el("span", { class: "dim" }, `${offset}  `),
        `${hex}  `,
        text,
        "\n",
      );
    });
  } else {
    const lines = content.data.split(/\r?\n/);
    moreAndMore(code, lines.length, (at) => el("span", { class: "line" }, `${lines[at]}\n`));
  }
  return code;
}

function bytesOf({ encoding, data }: Content): Uint8Array {
  if (encoding === "utf8") return new TextEncoder().encode(data);
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
}
