import type { Actions, Holding } from "../core/actions.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { About } from "./protocol.ts";

/** All that the web inspector can do to the world. */
export interface WebPorts extends Omit<Actions, keyof Holding> {
  readonly reader: DeliveryReader;
  /** `null` where nothing is captured, and so nothing can be held. */
  readonly holding: Holding | null;
  about(): Omit<About, "counts" | "cursor">;
}
