import type { DeliverySummary } from "../core/delivery.ts";

/** Everything that was heard of one job, oldest first. */
export interface Timeline {
  readonly steps: readonly Step[];
  /** The first delivery that said how the job ended; `null` while none has. */
  readonly end: DeliverySummary | null;
  /** From the first that was heard of the job to its end, in ms; `null` while there is none. */
  readonly toResultMs: number | null;
  /** Both `completed` and `failed` were said. */
  readonly isContradictory: boolean;
}

export interface Step {
  readonly delivery: DeliverySummary;
  /** Since the job's first delivery, in ms. */
  readonly afterMs: number;
  readonly mark: StepMark | null;
}

/**
 * `duplicate`: said before. `late`: news of the job's progress that came after its end. `end`: the first word of
 * how it ended. `contradiction`: another end than the first.
 */
export type StepMark = "duplicate" | "late" | "end" | "contradiction";

/** Only what a handler could have seen speaks of a job: what was turned away is no step. */
export function jobTimeline(deliveries: readonly DeliverySummary[]): Timeline {
  const inOrder = deliveries
    .filter(({ refusal }) => refusal === null)
    .toSorted((a, b) => a.receivedAt - b.receivedAt || a.id - b.id);
  const start = inOrder[0]?.receivedAt ?? 0;
  const endAt = inOrder.findIndex(({ event, duplicateOf }) => duplicateOf === null && isEnd(event));
  const end = inOrder[endAt] ?? null;
  const steps = inOrder.map((delivery, i): Step => {
    const mark = i === endAt ? "end" : markOf(delivery, end !== null && i > endAt ? end : null);
    return { delivery, afterMs: delivery.receivedAt - start, mark };
  });
  return {
    steps,
    end,
    toResultMs: end && end.receivedAt - start,
    isContradictory: steps.some(({ mark }) => mark === "contradiction"),
  };
}

const isEnd = (event: DeliverySummary["event"]) => event === "completed" || event === "failed";

/** `end`: what had been said of the job's end before. */
function markOf({ event, duplicateOf }: DeliverySummary, end: DeliverySummary | null): StepMark | null {
  if (duplicateOf !== null) return "duplicate";
  if (end === null || event === null) return null;
  if (isEnd(event)) return event === end.event ? null : "contradiction";
  return "late";
}
