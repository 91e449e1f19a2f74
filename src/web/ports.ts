import type { Actions, Holding } from "../core/actions.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { About } from "./protocol.ts";

/** All that the web inspector can do to the world. */
export interface WebPorts extends Omit<Actions, keyof Holding> {
  readonly reader: DeliveryReader;
  /** `null` where nothing is captured, and so nothing can be held. */
  readonly holding: Holding | null;
  /** Asks another server for a file. Rejects where none answers. */
  fetchMedia(url: string, signal: AbortSignal): Promise<MediaAnswer>;
  about(): Omit<About, "counts" | "cursor" | "isHeld">;
}

/** A file as its server gave it. */
export interface MediaAnswer {
  readonly status: number;
  readonly type: string | null;
  /** In bytes; `null` where the server did not say. */
  readonly size: number | null;
  readonly stream: AsyncIterable<Uint8Array>;
}
