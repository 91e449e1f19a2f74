import type { AttemptSummary } from "../core/attempt.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { About } from "./protocol.ts";

/** All that the web inspector can do to the world. */
export interface WebPorts {
  readonly reader: DeliveryReader;
  /** Sends the stored bytes to the target again; resolves when that attempt is on disk. */
  replay(id: number): Promise<AttemptSummary>;
  /** Forgets deliveries; says how many there were. */
  remove(ids: readonly number[]): number;
  about(): Omit<About, "counts" | "cursor">;
}
