import type { Actions } from "../core/actions.ts";
import type { DeliveryReader } from "../core/ports.ts";

/** All that the terminal UI can do to the world. */
export interface TuiPorts extends Actions {
  readonly reader: DeliveryReader;
  /** Puts a text on the clipboard of the person at this terminal; `false` where it is too long for that. */
  copy(text: string): boolean;
  /** Ends the session. */
  quit(): void;
  /** Stops the process as Ctrl-Z does; resolves when it goes on. */
  suspend(): Promise<void>;
}
