import { eventText, msText } from "../../core/text.ts";
import type { Step, Timeline } from "../../inspect/timeline.ts";
import { svg } from "./dom.ts";
import { rowsFor, timeScale } from "./time-scale.ts";
import { answerTone, eventSign, spanText } from "./words.ts";

const ROW_PX = 26;
const AXIS_PX = 22;
const EDGE_PX = 10;

/** A sign and a number need this much room. */
const LABEL_PX = 52;

const MOST_ROWS = 12;

/**
 * A job over time: a sign where each of its deliveries came, a bar for as long as the handler took, a line where
 * the result was known. Those in one row come one after another.
 */
export function timelinePicture(
  { steps, end, toResultMs }: Timeline,
  width: number,
  current: number,
): SVGSVGElement {
  const last = Math.max(0, ...steps.map(({ afterMs, delivery }) => afterMs + (delivery.lastMs ?? 0)));
  const inner = Math.max(120, width - 2 * EDGE_PX - LABEL_PX);
  const { x, ticks } = timeScale(last, inner, 70);
  const left = (ms: number) => EDGE_PX + x(ms);
  const rows = rowsFor(
    steps.map(({ afterMs, delivery }) => {
      const from = left(afterMs);
      return [from, Math.max(from + LABEL_PX, left(afterMs + (delivery.lastMs ?? 0)))] as const;
    }),
    MOST_ROWS,
  );
  const height = AXIS_PX + (Math.max(0, ...rows) + 1) * ROW_PX + 4;
  const axis = ticks.flatMap((tick) => [
    svg("line", { class: "tick", x1: left(tick), x2: left(tick), y1: AXIS_PX - 4, y2: height }),
    svg("text", { class: "tick-label", x: left(tick), y: 12 }, tick === 0 ? "0" : `+${roundText(tick)}`),
  ]);
  const result =
    toResultMs === null || end === null
      ? []
      : [
          svg("line", {
            class: `result ${eventSign(end)[1]}`,
            x1: left(toResultMs),
            x2: left(toResultMs),
            y1: AXIS_PX - 4,
            y2: height,
          }),
        ];
  const marks = steps.map((step, at) => stepMark(step, { left, row: rows[at] ?? 0, current }));
  return svg(
    "svg",
    { class: "job-picture", role: "img", "aria-label": words(steps, toResultMs), width, height },
    ...axis,
    ...result,
    ...marks,
  );
}

interface Place {
  /** Where a moment of the job (ms) stands, in px. */
  readonly left: (ms: number) => number;
  readonly row: number;
  /** The delivery that is open. */
  readonly current: number;
}

function stepMark({ delivery, afterMs, mark }: Step, { left, row, current }: Place): SVGElement {
  const x = left(afterMs);
  const y = AXIS_PX + row * ROW_PX + ROW_PX / 2;
  const [sign, tone] = eventSign(delivery);
  const { id, lastMs, event, eventName } = delivery;
  const title = [`#${id}`, eventText(event, eventName) ?? "", `+${msText(afterMs)}`, mark ?? ""]
    .filter(Boolean)
    .join(" ");
  return svg(
    "g",
    { class: `step ${mark ?? ""}`, "data-current": id === current },
    svg("title", {}, title),
    svg("rect", {
      class: `handler ${answerTone(delivery)}`,
      x,
      y: y + 6,
      width: Math.max(2, left(afterMs + (lastMs ?? 0)) - x),
      height: 3,
    }),
    svg("text", { class: `sign ${tone}`, x: x - 5, y: y + 3 }, sign),
    svg("text", { class: "number", x: x + 8, y: y + 3 }, `#${id}`),
  );
}

function words(steps: readonly Step[], toResultMs: number | null): string {
  const span = steps.at(-1)?.afterMs ?? 0;
  const count = steps.length === 1 ? "1 delivery" : `${steps.length} deliveries in ${msText(span)}`;
  return `${count}; ${toResultMs === null ? "no result yet" : `the result came after ${msText(toResultMs)}`}. The list below says the same.`;
}

const roundText = (ms: number) => (ms < 120_000 ? msText(ms).replace(".0 s", " s") : spanText(ms));
