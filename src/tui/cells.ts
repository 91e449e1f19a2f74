import stringWidth from "string-width";
import { printable } from "../core/text.ts";
import { isNarrow } from "./narrow.ts";

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return isNarrow(text) ? text.length : stringWidth(text);
}

/**
 * A stranger's text as it may be drawn: no control codes, and no character whose width terminals disagree about.
 * Joined emoji fall apart into their parts, flags into their letters.
 */
export function drawable(text: string): string {
  const shown = printable(text);
  return isNarrow(shown)
    ? shown
    : shown
        .replace(invisible, "")
        .replace(flagLetter, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65))
        .replace(loneSurrogate, "\uFFFD");
}

/** Joiners, variation selectors, skin tones, tags and other format characters. */
const invisible = /[\p{Cf}\p{Variation_Selector}\p{Emoji_Modifier}]/gu;
const flagLetter = /\p{Regional_Indicator}/gu;
const loneSurrogate = /\p{Surrogate}/gu;

/** The longest beginning that fits into `width` columns, with what is left of them. */
export function cut(text: string, width: number): { readonly text: string; readonly left: number } {
  if (isNarrow(text)) {
    const kept = text.slice(0, Math.max(0, width));
    return { text: kept, left: width - kept.length };
  }
  let left = width;
  let end = 0;
  for (const segment of pieces(text)) {
    const size = stringWidth(segment);
    if (size > left) break;
    left -= size;
    end += segment.length;
  }
  return { text: text.slice(0, end), left };
}

/** A text in exactly `width` columns; where it is longer, an ellipsis says so. */
export function inColumns(text: string, width: number, align: "left" | "right" = "left"): string {
  if (width <= 0) return "";
  const size = widthOf(text);
  if (size <= width) {
    const space = " ".repeat(width - size);
    return align === "left" ? text + space : space + text;
  }
  const { text: kept, left } = cut(text, width - 1);
  return `${kept}…${" ".repeat(left)}`;
}

/** What may not be cut in two: what is read as one character, unless that is wider than characters are. */
function* pieces(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(segment) <= 2) yield segment;
    else yield* segment;
  }
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
