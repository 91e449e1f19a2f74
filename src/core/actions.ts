import type { AttemptSummary } from "./attempt.ts";
import type { SignatureFacts } from "./verdict.ts";

/** A stored delivery's body as a person has changed it. */
export interface Edit {
  /** The delivery that it began as: its method, path and headers are kept. */
  readonly of: number;
  readonly body: Uint8Array;
  /** Sign it anew; otherwise the signature that it came with no longer holds. */
  readonly signs: boolean;
}

/** What is to be forged. */
export interface ForgeWish {
  readonly provider: string;
  /** The provider's own name of an event or a scenario's: `isScenario` says which. */
  readonly name: string;
  readonly isScenario: boolean;
}

/** How it went. */
export interface HandedOver {
  readonly tried: number;
  /** What a handler has answered 2xx. */
  readonly delivered: number;
}

export interface Forged extends HandedOver {
  /** What a person should know of the signatures, in a sentence; `null` where they are the provider's own. */
  readonly note: string | null;
}

/** What a person can do with deliveries, whatever shows them: a terminal, a browser. */
export interface Actions extends Holding {
  /** What a delivery's signature was compared with; `null` where there is none to compare. */
  judge(id: number): Promise<SignatureFacts | null>;
  /**
   * Sends the stored bytes to the session's target again; resolves when that attempt is on disk.
   *
   * @throws {AppError} E_NOT_KEPT
   */
  replay(id: number): Promise<AttemptSummary>;
  /**
   * The same with a fresh time and signature.
   *
   * @throws {AppError} E_NOT_KEPT, E_NO_PROVIDER, E_NO_SECRET, E_NO_SIGNATURE
   */
  replayResigned(id: number): Promise<AttemptSummary>;
  /**
   * Sends an edited copy; what is on record is the attempt, with the digest of what was sent.
   *
   * @throws {AppError} what {@link replayResigned} throws
   */
  sendEdited(edit: Edit): Promise<AttemptSummary>;
  /**
   * Makes deliveries as the provider would; they come in as any others do. Resolves when the last is answered.
   *
   * @throws {AppError} E_NO_PROVIDER, E_NO_EVENT, E_NO_SCENARIO, E_NO_SECRET
   */
  forge(wish: ForgeWish): Promise<Forged>;
  /** Forgets deliveries; says how many there were. */
  remove(ids: readonly number[]): number;
  /** Hands over what is owed, each job in its order; resolves when nothing more can be handed over now. */
  deliverOwed(): Promise<HandedOver>;
}

/** Whether deliveries wait before their handler has them. */
export interface Holding {
  /** From now on deliveries are kept and acknowledged, and wait: kept across restarts. */
  hold(): void;
  /** Hands over what was held, each job in its order, and forwards again. */
  resume(): void;
  isHeld(): boolean;
}
