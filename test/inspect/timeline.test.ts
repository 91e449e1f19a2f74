import { expect, test } from "vitest";
import type { DeliverySummary } from "../../src/core/delivery.ts";
import { jobTimeline } from "../../src/inspect/timeline.ts";
import { delivery, TEN_O_CLOCK } from "../support/delivery.ts";

const heard = (id: number, event: DeliverySummary["event"], more: Partial<DeliverySummary> = {}) =>
  delivery({ id, event, receivedAt: TEN_O_CLOCK + id * 1_000, ...more });

const marks = (...deliveries: DeliverySummary[]) => jobTimeline(deliveries).steps.map(({ mark }) => mark);

test("a job that goes its way: the result came five seconds after the first word", () => {
  const timeline = jobTimeline([heard(1, "processing"), heard(3, "processing"), heard(6, "completed")]);
  expect(timeline.steps.map(({ afterMs, mark }) => [afterMs, mark])).toEqual([
    [0, null],
    [2_000, null],
    [5_000, "end"],
  ]);
  expect(timeline).toMatchObject({ end: { id: 6 }, toResultMs: 5_000, isContradictory: false });
});

test("no end state yet", () => {
  expect(jobTimeline([heard(1, "processing")])).toMatchObject({ end: null, toResultMs: null });
  expect(jobTimeline([])).toMatchObject({ steps: [], end: null, toResultMs: null });
});

test("what comes again, too late or against the end is marked", () => {
  expect(
    marks(
      heard(1, "completed"),
      heard(2, "completed", { duplicateOf: 1 }),
      heard(3, "processing"),
      heard(4, "failed"),
    ),
  ).toEqual(["end", "duplicate", "late", "contradiction"]);
});

test("what was turned away never reached a handler", () => {
  expect(marks(heard(1, "completed", { refusal: "signature-rejected" }), heard(2, "failed"))).toEqual([
    "end",
  ]);
});
