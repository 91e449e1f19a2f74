import type { Delivery } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { asText } from "./dump.ts";
import { jsonLeaves } from "./json-leaves.ts";
import { redactHeaders, redactPath } from "./redact.ts";

/** One thing of two deliveries, side by side; `null` where one has it not. */
export interface DiffRow {
  /** Where it stands: `method`, a header's name, a path in the body (`data.0.url`) or a line's number. */
  readonly at: string;
  readonly left: string | null;
  readonly right: string | null;
  readonly isSame: boolean;
}

/** Two deliveries, part by part, in the left one's order. */
export interface Diff {
  readonly request: readonly DiffRow[];
  readonly headers: readonly DiffRow[];
  readonly body: BodyDiff;
}

/** How the bodies were compared. `bytes`: no text, or too large to be taken apart; then there is one row. */
export interface BodyDiff {
  readonly by: "json" | "lines" | "bytes";
  readonly rows: readonly DiffRow[];
}

export interface DiffSide {
  readonly delivery: Delivery;
  /** The whole body; `undefined` where it is too large to be read at once. */
  readonly body: Uint8Array | undefined;
}

/** Larger bodies are equal or not; nobody reads more side by side. */
const LARGEST_COMPARED_BYTES = 1024 * 1024;

interface DiffOptions {
  /** Show signatures, tokens and cookies; they are compared either way. */
  readonly reveals?: boolean;
}

/** What is the same and what is not in two deliveries. Values are compared as received, shown masked. */
export function diffDeliveries(left: DiffSide, right: DiffSide, { reveals = false }: DiffOptions = {}): Diff {
  const parts = ({ delivery }: DiffSide): Entry[] => [
    entry("method", delivery.method),
    entry("path", delivery.path, reveals ? delivery.path : redactPath(delivery.path)),
    entry("provider", delivery.provider ?? "–"),
    entry("event", delivery.eventName ?? delivery.event ?? "–"),
    entry("job", delivery.job ?? "–"),
    entry("verdict", [delivery.verdict, delivery.reason].filter(Boolean).join(": ")),
  ];
  return {
    request: align(parts(left), parts(right)),
    headers: align(headerEntries(left, reveals), headerEntries(right, reveals)),
    body: diffBodies(left, right),
  };
}

interface Entry {
  readonly at: string;
  /** Compared. */
  readonly value: string;
  /** Shown. */
  readonly shown: string;
}

const entry = (at: string, value: string, shown = value): Entry => ({ at, value, shown });

function headerEntries({ delivery: { headers } }: DiffSide, reveals: boolean): Entry[] {
  const shown: HeaderPairs = reveals ? headers : redactHeaders(headers);
  return headers.map(([name, value], i) => entry(name.toLowerCase(), value, shown[i]?.[1]));
}

function diffBodies(left: DiffSide, right: DiffSide): BodyDiff {
  const texts = [left, right].map(({ body }) =>
    body && body.length <= LARGEST_COMPARED_BYTES ? asText(body) : undefined,
  );
  const [leftText, rightText] = texts;
  if (leftText === undefined || rightText === undefined)
    return { by: "bytes", rows: [wholeRow(left, right)] };
  const leaves = [jsonLeaves(leftText), jsonLeaves(rightText)] as const;
  if (leaves[0] && leaves[1]) {
    const [a, b] = leaves.map((all) => all?.map(({ path, text }) => entry(path, text)) ?? []);
    return { by: "json", rows: align(a ?? [], b ?? []) };
  }
  return { by: "lines", rows: diffLines(leftText.split("\n"), rightText.split("\n")) };
}

function wholeRow(left: DiffSide, right: DiffSide): DiffRow {
  const [a, b] = [left, right].map(({ delivery }) => `${delivery.bytes} bytes, sha256 ${delivery.digest}`);
  return row("body", a ?? null, b ?? null, left.delivery.digest === right.delivery.digest);
}

const row = (at: string, left: string | null, right: string | null, isSame: boolean): DiffRow => ({
  at,
  left,
  right,
  isSame,
});

/** Pairs what stands at the same place, the n-th with the n-th where several do; what is only right comes where it stands there. */
function align(left: readonly Entry[], right: readonly Entry[]): DiffRow[] {
  const lefts = byPlace(left);
  const rights = byPlace(right);
  const inRightsOrder = [...rights];
  const rows: DiffRow[] = [];
  const addRight = ({ at, shown }: Entry) => rows.push(row(at, null, shown, false));
  let next = 0;
  for (const [place, one] of lefts) {
    // What is only on the right, up to the first that both have.
    for (let only = inRightsOrder[next]; only && !lefts.has(only[0]); only = inRightsOrder[next]) {
      addRight(only[1]);
      next += 1;
    }
    const other = rights.get(place);
    rows.push(row(one.at, one.shown, other?.shown ?? null, one.value === other?.value));
    if (inRightsOrder[next]?.[0] === place) next += 1;
  }
  for (const [place, only] of inRightsOrder.slice(next)) if (!lefts.has(place)) addRight(only);
  return rows;
}

/** Entries by where they stand, the second of a name told from the first. */
function byPlace(entries: readonly Entry[]): Map<string, Entry> {
  const counts = new Map<string, number>();
  return new Map(
    entries.map((entry) => {
      const count = (counts.get(entry.at) ?? 0) + 1;
      counts.set(entry.at, count);
      return [`${entry.at}\0${count}`, entry];
    }),
  );
}

/** Lines that both begin and end with are the same; what is between them is shown side by side. */
function diffLines(left: readonly string[], right: readonly string[]): DiffRow[] {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const rows: DiffRow[] = [];
  const add = (a: string | undefined, b: string | undefined) =>
    rows.push(row(String(rows.length + 1), a ?? null, b ?? null, a === b));
  for (let i = 0; i < start; i += 1) add(left[i], right[i]);
  const middle = Math.max(left.length, right.length) - end;
  const [leftEnd, rightEnd] = [left.length - end, right.length - end];
  for (let i = start; i < middle; i += 1)
    add(i < leftEnd ? left[i] : undefined, i < rightEnd ? right[i] : undefined);
  for (let i = 0; i < end; i += 1) add(left[leftEnd + i], right[rightEnd + i]);
  return rows;
}
