import type { AttemptSummary } from "../core/attempt.ts";
import type { DeliveryReader } from "../core/ports.ts";

/** All that the terminal UI can do to the world. */
export interface TuiPorts {
  readonly reader: DeliveryReader;
  /** Sends the stored bytes to the session's target again; resolves when that attempt is on disk. */
  replay(id: number): Promise<AttemptSummary>;
  /** Forgets deliveries; says how many there were. */
  remove(ids: readonly number[]): number;
  /** Puts a text on the clipboard of the person at this terminal; `false` where it is too long for that. */
  copy(text: string): boolean;
  /** Ends the session. */
  quit(): void;
  /** Stops the process as Ctrl-Z does; resolves when it goes on. */
  suspend(): Promise<void>;
}
