import type { Detail } from "../../protocol.ts";

/** One way to look at a delivery. */
export interface Tab {
  readonly name: string;
  /** What it shows: drawn again only when this has changed, so that what is folded or playing stays so. */
  readonly part: (detail: Detail) => unknown;
  readonly content: (detail: Detail) => readonly HTMLElement[];
  /** How many things it has, where that is worth knowing before it is opened. */
  readonly count?: (detail: Detail) => number;
}
