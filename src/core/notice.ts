import type { AttemptSummary } from "./attempt.ts";
import type { DeliverySummary, Refusal } from "./delivery.ts";
import type { TunnelStatus } from "./tunnel.ts";
import type { Verification } from "./verdict.ts";

/** A job of which something was heard, but not its end. */
export interface UnfinishedJob {
  readonly provider: string | null;
  readonly job: string;
  /** The provider's own name of what was heard last. */
  readonly eventName: string | null;
  /** The delivery that said it. */
  readonly delivery: number;
}

/** What observers are told, after the fact. Fire and forget: a notice never waits for its reader. */
export type Notice =
  | { readonly type: "delivery"; readonly delivery: DeliverySummary }
  | { readonly type: "attempt"; readonly attempt: AttemptSummary }
  /** `orphans`, where the endpoint has moved: the jobs that were given the URL before, newest first. */
  | { readonly type: "tunnel"; readonly status: TunnelStatus; readonly orphans?: readonly UnfinishedJob[] }
  /** A stored delivery is judged anew: the public keys have come that it is checked against. */
  | { readonly type: "verdict"; readonly delivery: number; readonly verification: Verification }
  /** A delivery was acknowledged, and its handler has had its last try without a 2xx. It stays owed. */
  | { readonly type: "given-up"; readonly delivery: number; readonly attempts: number }
  /**
   * Forwarding is held or goes on. `waiting` have been acknowledged and not yet handed over: while they are, those
   * of their jobs wait with them.
   */
  | { readonly type: "hold"; readonly held: boolean; readonly waiting: number }
  /** A request that was not taken: nothing of it is stored unless `delivery` names it. */
  | {
      readonly type: "turned-away";
      readonly status: number;
      readonly reason: string;
      readonly refusal: Refusal | null;
      readonly delivery: number | null;
      /** How many alike this one stands for; 1 where absent. */
      readonly times?: number;
    };
/** A promise that it gives says when it is ready for more; until then what comes is counted, then dropped. */
export type Observer = (notice: Notice) => void | Promise<void>;
