import type { About } from "../../protocol.ts";
import type { Api } from "../api.ts";
import type { Deliveries } from "../deliveries.ts";
import { say } from "../messages.ts";

/** What an action knows of the page. */
export interface ActionContext {
  readonly api: Api;
  readonly deliveries: Deliveries;
  readonly about: () => About | undefined;
  readonly selected: () => number | undefined;
  /** Those that a person has marked, in their order. */
  readonly marked: () => readonly number[];
  /** These are forgotten. */
  readonly removed: (ids: readonly number[]) => void;
}

type Act<Given extends unknown[]> = (...given: Given) => Promise<void>;

/** Whatever goes wrong is said. */
export const tried = (act: Act<[]>) => () => void act().catch(trouble);

/** With what is selected. */
export const withSelected = ({ selected }: ActionContext, act: Act<[id: number]>) =>
  tried(async () => {
    const id = selected();
    if (id !== undefined) await act(id);
  });

/** With what is marked, or else with what is selected. */
export const withChosen = ({ selected, marked }: ActionContext, act: Act<[ids: readonly number[]]>) =>
  tried(async () => {
    const id = selected();
    const ids = marked().length > 0 ? marked() : id === undefined ? [] : [id];
    if (ids.length > 0) await act(ids);
  });

export function trouble(error: unknown): void {
  say(error instanceof Error ? error.message : String(error), "bad");
}

export const nameOf = (ids: readonly number[]) =>
  ids.length === 1 ? `delivery #${ids[0]}` : `${ids.length} deliveries`;
