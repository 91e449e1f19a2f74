import { foldableLines } from "./body-lines.ts";
import { layoutOf, TAB_ROWS } from "./layout.ts";
import type { Line } from "./line.ts";
import { type State, selected } from "./state.ts";
import { type TabFacts, tabRows } from "./tab-rows.ts";

/** One row of a tab's text, and what it stands for. */
export interface TextRow {
  readonly line: Line;
  readonly place?: Place;
}

/** What can be done something with. */
export type Place =
  /** A line of the JSON body, by its number in the unfolded whole. */
  | { readonly kind: "json"; readonly line: number; readonly isFoldable: boolean; readonly url?: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "delivery"; readonly id: number };

/** Height of a delivery's text. */
export const textRows = (state: State) => Math.max(1, layoutOf(state.size, state).paneRows - TAB_ROWS);

/** The text of the open tab; made once for what it is made of. */
export function textOf(state: State): readonly TextRow[] {
  const { detail, tab, wrap, folds, outputs, signature } = state;
  if (!detail || detail.delivery.id !== selected(state)?.id) return [];
  const columns = layoutOf(state.size, state).detailColumns - 2;
  const facts: TabFacts = {
    columns,
    wrap,
    folds,
    outputs,
    signature: signature?.of === detail.delivery.id ? signature.facts : null,
  };
  const made = texts.get(detail);
  if (made?.tab === tab && isSame(made.facts, facts)) return made.rows;
  const rows = tabRows(tab, detail, facts);
  texts.set(detail, { tab, facts, rows });
  return rows;
}

interface Made {
  readonly tab: State["tab"];
  readonly facts: TabFacts;
  readonly rows: readonly TextRow[];
}

const texts = new WeakMap<object, Made>();

const isSame = (a: TabFacts, b: TabFacts) =>
  (Object.keys(a) as (keyof TabFacts)[]).every((name) => a[name] === b[name]);

/** What is under the text's cursor. */
export const placeAt = (state: State): Place | undefined => textOf(state)[state.line]?.place;

/** Everything of the body that can be folded but its outermost. */
export function foldable({ detail }: State): ReadonlySet<number> {
  return detail ? foldableLines({ bytes: detail.body, size: detail.delivery.bytes }) : new Set();
}
