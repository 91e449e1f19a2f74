import type { DiffRow } from "../inspect/diff.ts";
import { drawable, inColumns } from "./cells.ts";
import { helpLines } from "./help-lines.ts";
import type { Line, Span } from "./line.ts";
import type { DiffMode, ForgeChoice, State } from "./state.ts";

/** The text of what is shown in the place of the panes. */
export function overlayRows(state: State): readonly Line[] {
  switch (state.mode.kind) {
    case "help":
      return helpLines(state.size.columns);
    case "diff":
      return diffLines(state.mode, state.size.columns);
    default:
      return [];
  }
}

/**
 * Those of the choices that have every word that was typed: first the one of the last time, then those of providers
 * whose secrets are known, since they can be signed.
 */
export function forgeRows({ mode, forgeChoices, lastForged, about }: State): readonly ForgeChoice[] {
  if (mode.kind !== "forge" || !forgeChoices) return [];
  const words = mode.text.toLowerCase().split(/\s+/);
  const found = forgeChoices.filter(({ provider, name, about }) => {
    const text = `${provider} ${name} ${about}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const [first = ""] = words;
  const rank = ({ provider, name }: ForgeChoice) => {
    if (first === "" && provider === lastForged?.provider && name === lastForged.name) return 0;
    // What begins with the first word is meant rather than what has it somewhere.
    return (provider.startsWith(first) ? 1 : 3) + (about.secrets.includes(provider) ? 0 : 1);
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}

/** Two deliveries side by side: what differs is marked, and where it is narrow, one below the other. */
function diffLines({ diff, left, right }: DiffMode, columns: number): Line[] {
  const { request, headers, body } = diff;
  const all = [...request, ...headers, ...body.rows];
  const longest = all.reduce((most, row) => Math.max(most, row.at.length), 8);
  const at = Math.min(28, longest, Math.floor(columns / 4));
  const differing = all.filter(({ isSame }) => !isSame).length;
  const words =
    differing === 0 ? "no difference" : differing === 1 ? "1 difference" : `${differing} differences`;
  return [
    [
      [`  ${words}`, differing === 0 ? "good" : "warn"],
      [`   left #${left}, right #${right}`, "dim"],
    ],
    ...section("Request", request, { at, columns }),
    ...section("Headers", headers, { at, columns }),
    ...section(`Body, by ${body.by}`, body.rows, { at, columns }),
  ];
}

interface Widths {
  /** Of the place's name. */
  readonly at: number;
  readonly columns: number;
}

function section(title: string, rows: readonly DiffRow[], widths: Widths): Line[] {
  return [[], [[`  ${title}`, "strong"]], ...rows.map((row) => diffLine(row, widths))];
}

/** `≠ name   left │ right`; what is the same stands once. */
function diffLine({ at, left, right, isSame }: DiffRow, { at: atColumns, columns }: Widths): Line {
  const name: Span = [`${inColumns(drawable(at), atColumns)}  `, "key"];
  if (isSame) return [["    "], name, [drawable(left ?? ""), "dim"]];
  const half = Math.max(4, Math.floor((columns - atColumns - 9) / 2));
  return [
    ["  ≠ ", "warn"],
    name,
    [inColumns(left === null ? "(none)" : drawable(left), half), left === null ? "dim" : "bad"],
    [" │ ", "dim"],
    [inColumns(right === null ? "(none)" : drawable(right), half), right === null ? "dim" : "good"],
  ];
}
