import type { Actions } from "../core/actions.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { MediumFacts } from "../inspect/medium-facts.ts";

/** All that the terminal UI can do to the world. */
export interface TuiPorts extends Actions {
  readonly reader: DeliveryReader;
  /** Whether something listens at the target. */
  reach(): Promise<boolean>;
  /**
   * Asks a file's server what it is, reading no more than its beginning.
   *
   * @throws {Error} why not, in plain words
   */
  askOutput(url: string): Promise<MediumFacts>;
  /**
   * Has a person edit these bytes; the terminal is the editor's meanwhile.
   *
   * @throws {AppError} E_EDITOR
   */
  edit(body: Uint8Array): Promise<Uint8Array>;
  /**
   * Writes a new file into the working directory, never over another; resolves to its path.
   *
   * @throws {AppError} E_FILE
   */
  writeFile(name: string, extension: string, content: Uint8Array): Promise<string>;
  /** Opens a URL in the person's browser; `false` where there is none. */
  browse(url: string): Promise<boolean>;
  /** Puts a text on the clipboard of the person at this terminal; `false` where it is too long for that. */
  copy(text: string): boolean;
  /** An error's hint as it holds for this session. */
  hintHere(hint: string): string;
  /** Ends the session. */
  quit(): void;
  /** Stops the process as Ctrl-Z does; resolves when it goes on. */
  suspend(): Promise<void>;
}
