import type { Edit, ForgeWish } from "../core/actions.ts";
import type { Attempt } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import type { Ready } from "../core/ready.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import type { SignatureFacts } from "../core/verdict.ts";
import type { Diff } from "../inspect/diff.ts";
import { type Filter, type FilterProblem, parseFilter } from "../inspect/filter.ts";
import type { MediumFacts } from "../inspect/medium-facts.ts";
import type { Size } from "./layout.ts";
import { emptyWindow, type HistoryWindow } from "./window.ts";

export const tabs = ["body", "headers", "response", "signature", "attempts", "job"] as const;
export type Tab = (typeof tabs)[number];

/** What is being asked at the bottom, or shown in the place of the panes; `browse` when nothing is. */
export type Mode =
  | { readonly kind: "browse" }
  | { readonly kind: "filter"; readonly text: string; readonly before: Filter }
  | { readonly kind: "line"; readonly text: string }
  | ForgeMode
  | { readonly kind: "copy" }
  | { readonly kind: "export"; readonly ids: readonly number[] }
  /** `isAll`: everything that the filter found. */
  | { readonly kind: "remove"; readonly ids: readonly number[]; readonly isAll: boolean }
  | { readonly kind: "resign"; readonly edit: Omit<Edit, "signs"> }
  | DiffMode
  | { readonly kind: "help"; readonly scroll: number };

export interface ForgeMode {
  readonly kind: "forge";
  /** What was typed to narrow the choice. */
  readonly text: string;
  /** Index into what is left of the choices. */
  readonly cursor: number;
}

export interface DiffMode {
  readonly kind: "diff";
  readonly left: number;
  readonly right: number;
  readonly diff: Diff;
  readonly scroll: number;
}

/** Something that can be forged. */
export interface ForgeChoice extends ForgeWish {
  readonly about: string;
}

export interface Message {
  readonly text: string;
  readonly tone: "good" | "bad" | "warn" | "accent";
  /** Milliseconds since the epoch; gone then, or with the next key. */
  readonly until: number;
}

/** One delivery as the store has it, for the tabs. */
export interface Detail {
  readonly delivery: Delivery;
  /** The body's beginning. */
  readonly body: Uint8Array;
  readonly attempts: readonly Attempt[];
  /** Every delivery that speaks of the same job, oldest first. */
  readonly job: readonly DeliverySummary[];
}

/** What is known of the session. */
export interface About {
  readonly target: string;
  /** The capture endpoint on loopback. */
  readonly local: string;
  /** The providers whose signing secrets are known. */
  readonly secrets: readonly string[];
  /** `null` while the tunnel is being opened. */
  readonly ready: Ready | null;
  readonly tunnel: TunnelStatus | null;
  readonly caution: string | null;
  /** Whether something listens at the target; `null` while nobody knows. */
  readonly answers: boolean | null;
  /** Deliveries are held back. */
  readonly isHeld: boolean;
}

/** What the store has in all. */
export interface Counts {
  readonly deliveries: number;
  readonly owed: number;
  /** The newest delivery that was counted; later ones are added as they come. */
  readonly newest: number;
}

/** What was found out about an output file, or why nothing was; `null` while it is asked for. */
export type OutputFacts = MediumFacts | { readonly problem: string } | null;

/** Where a provider takes the URL. */
export interface Registration {
  readonly provider: string;
  readonly how: string;
}

export interface State {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly size: Size;
  readonly about: About;
  /** `null` until they are counted. */
  readonly counts: Counts | null;
  /** The newest delivery before this session: what came later and has no attempt is with the handler now. */
  readonly since: number;
  readonly window: HistoryWindow;
  /** Deliveries outside the rows that changed so that a filter might see them otherwise. */
  readonly toReread: readonly number[];
  readonly filter: Filter;
  /** Index into the window's rows, and that of the first row shown. */
  readonly cursor: number;
  readonly top: number;
  /** A delivery to put the cursor on once it is read. */
  readonly seeking: number | null;
  readonly follow: boolean;
  readonly marks: readonly number[];
  readonly focus: "list" | "detail";
  readonly tab: Tab;
  /** Of the open tab: the row that the cursor is on, and the first one shown. */
  readonly line: number;
  readonly scroll: number;
  /** Numbers of the JSON lines that are folded. */
  readonly folds: ReadonlySet<number>;
  readonly wrap: boolean;
  /** The header has one line. */
  readonly isHeaderFolded: boolean;
  readonly mode: Mode;
  readonly detail: Detail | null;
  /** What is shown of `detail` is out of date. */
  readonly detailStale: boolean;
  /** What was compared for the verdict, of this delivery. */
  readonly signature: { readonly of: number; readonly facts: SignatureFacts | null } | null;
  readonly outputs: ReadonlyMap<string, OutputFacts>;
  /** Deliveries that are being replayed. */
  readonly replaying: readonly number[];
  /** `null` until the catalogue is looked into. */
  readonly forgeChoices: readonly ForgeChoice[] | null;
  readonly lastForged: ForgeChoice | null;
  readonly registrations: readonly Registration[];
  readonly message: Message | null;
}

export interface Beginning {
  readonly now: number;
  readonly size: Size;
  readonly about: About;
  readonly since: number;
}

const noFilter = parseFilter("", 0) as Filter;

export function initialState(beginning: Beginning): State {
  return {
    ...beginning,
    counts: null,
    window: emptyWindow("newest"),
    toReread: [],
    filter: noFilter,
    cursor: 0,
    top: 0,
    seeking: null,
    follow: true,
    marks: [],
    focus: "list",
    tab: "body",
    line: 0,
    scroll: 0,
    folds: new Set(),
    wrap: true,
    isHeaderFolded: false,
    mode: { kind: "browse" },
    detail: null,
    detailStale: false,
    signature: null,
    outputs: new Map(),
    replaying: [],
    forgeChoices: null,
    lastForged: null,
    registrations: [],
    message: null,
  };
}

export function selected(state: State): DeliverySummary | undefined {
  return state.window.rows[state.cursor];
}

/** What a command acts on: the marked deliveries, oldest first, else the selected one. */
export function chosen(state: State): readonly number[] {
  if (state.marks.length > 0) return state.marks.toSorted((a, b) => a - b);
  const id = selected(state)?.id;
  return id === undefined ? [] : [id];
}

export function isProblem(filter: Filter | FilterProblem): filter is FilterProblem {
  return "problem" in filter;
}
