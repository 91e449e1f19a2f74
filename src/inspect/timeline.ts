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
  let end: DeliverySummary | null = null;
  let isContradictory = false;
  const steps = inOrder.map((delivery): Step => {
    const mark = markOf(delivery, end);
    if (mark === "end") end = delivery;
    if (mark === "contradiction") isContradictory = true;
    return { delivery, afterMs: delivery.receivedAt - start, mark };
  });
  return { steps, end, toResultMs: end === null ? null : endedAt(end) - start, isContradictory };
}

const endedAt = (end: DeliverySummary) => end.receivedAt;

function markOf(delivery: DeliverySummary, end: DeliverySummary | null): StepMark | null {
  if (delivery.duplicateOf !== null) return "duplicate";
  const ends = delivery.event === "completed" || delivery.event === "failed";
  if (end === null) return ends ? "end" : null;
  if (ends) return delivery.event === end.event ? null : "contradiction";
  return delivery.event === "processing" ? "late" : null;
}
