import { writeFileSync } from "node:fs";
import { createHistogram, type Histogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { DeliveryWriter } from "../core/ports.ts";

/** For a bench: how long commits take and how late the event loop runs. */
export interface CaptureTimings {
  /** The same writer, its commits timed. */
  timed<Writer extends Pick<DeliveryWriter, "append">>(writer: Writer): Writer;
  /** Writes them down, in ms, as JSON. */
  write(): void;
}

/** How often the event loop is asked, in ms. */
const RESOLUTION_MS = 1;

export function takeTimings(file: string): CaptureTimings {
  const commits = createHistogram();
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();
  return {
    timed: (writer) => ({
      ...writer,
      async append(delivery) {
        const start = performance.now();
        const summary = await writer.append(delivery);
        commits.record(Math.max(1, Math.round((performance.now() - start) * 1e6)));
        return summary;
      },
    }),
    write() {
      loop.disable();
      const timings = { commits: summaryOf(commits), loop: summaryOf(loop) };
      writeFileSync(file, JSON.stringify(timings));
    },
  };
}

/** Histograms count nanoseconds. */
function summaryOf(histogram: Histogram) {
  const percentileMs = (percent: number) => histogram.percentile(percent) / 1e6;
  return {
    count: histogram.count,
    p50: percentileMs(50),
    p99: percentileMs(99),
    max: histogram.max / 1e6,
  };
}
