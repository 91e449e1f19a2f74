import { clockTime, eventText, msText } from "../../../core/text.ts";
import { jobTimeline, type Step, type StepMark, type Timeline } from "../../../inspect/timeline.ts";
import { el } from "../dom.ts";
import { timelinePicture } from "../timeline-picture.ts";
import { answerTone, eventSign, type Tone } from "../words.ts";
import type { Tab } from "./tab.ts";

interface JobOptions {
  /** Shows another delivery. */
  readonly go: (id: number) => void;
  /** For the picture, in px. */
  readonly width: () => number;
}

/** All that came about one job, in the order in which it came: as a picture, and in words. */
export function createJobTab({ go, width }: JobOptions): Tab {
  return {
    name: "Job",
    part: ({ delivery, job }) => [delivery.id, job, width()],
    count: ({ job }) => job.length,
    content({ delivery, job }) {
      if (delivery.job === null) return [el("p", { class: "dim" }, "No job is known for this delivery.")];
      const timeline = jobTimeline(job);
      const items = timeline.steps.map((step) => stepItem(step, delivery.id, go));
      return [
        el("p", {}, el("span", { class: "dim" }, "job "), delivery.job),
        el("p", { class: `outcome ${outcome(timeline)[1]}` }, outcome(timeline)[0]),
        ...(items.length === 0 ? [] : [el("div", {}, timelinePicture(timeline, width(), delivery.id))]),
        el("ol", { class: "timeline" }, ...items),
      ];
    },
  };
}

function outcome({ end, toResultMs, isContradictory, steps }: Timeline): readonly [string, Tone] {
  if (isContradictory) return ["It was said both to have completed and to have failed.", "bad"];
  if (end === null || toResultMs === null) return ["No end state yet.", "warn"];
  const after =
    steps.length > 1 && toResultMs > 0 ? ` ${msText(toResultMs)} after it was first heard of` : "";
  return [
    `${end.event === "failed" ? "Failed" : "Completed"}${after}.`,
    end.event === "failed" ? "bad" : "good",
  ];
}

function stepItem({ delivery, afterMs, mark }: Step, current: number, go: (id: number) => void) {
  const [sign, tone] = eventSign(delivery);
  const { id, receivedAt, event, eventName, lastMs } = delivery;
  const status = delivery.lastStatus ?? delivery.lastOutcome ?? "";
  const took = lastMs === null ? "" : ` in ${msText(lastMs)}`;
  return el(
    "li",
    { "aria-current": id === current ? "true" : undefined },
    el("button", { type: "button", class: "link", onclick: () => go(id) }, `#${id}`),
    el("span", { class: "dim" }, clockTime(receivedAt)),
    el("span", { class: "dim later" }, afterMs === 0 ? "" : `+${msText(afterMs)}`),
    el("span", { class: tone }, `${sign} ${eventText(event, eventName) ?? "?"}`),
    el("span", { class: answerTone(delivery) }, `${status}${took}`),
    mark && mark !== "end" ? el("span", { class: "warn" }, markText(mark, delivery.duplicateOf)) : undefined,
  );
}

function markText(mark: Exclude<StepMark, "end">, duplicateOf: number | null): string {
  switch (mark) {
    case "duplicate":
      return `again, first #${duplicateOf}`;
    case "late":
      return "late: the end was known";
    case "contradiction":
      return "contradicts the end";
  }
}
