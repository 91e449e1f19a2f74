import type { AttemptSummary } from "../core/attempt.ts";
import { isSuccess } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { Notice } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import { byteText, clockTime, eventText, msText, printable } from "../core/text.ts";
import type { Tones } from "../core/tones.ts";
import type { TunnelStatus } from "../core/tunnel.ts";

/**
 * Two lines a delivery, as it comes and as it was answered, with its number on both. What is shown has been
 * through {@link LineStyle.path}, which masks what must not be read over a shoulder.
 */
export interface LineStyle {
  readonly tones: Tones;
  readonly path: (path: string) => string;
}

export function readyText({ endpoint, local, target }: Ready, { tones }: LineStyle): string {
  const shown = endpoint === null ? local : endpoint;
  return `${tones.good("Ready")}  ${tones.strong(shown)}  ->  ${target}\n`;
}

export function noticeText(notice: Notice, style: LineStyle): string {
  switch (notice.type) {
    case "delivery":
      return arrivalText(notice.delivery, style);
    case "attempt":
      return attemptText(notice.attempt, style);
    case "tunnel":
      return tunnelText(notice.status, style) + orphansText(notice, style);
    case "verdict": {
      const { tones } = style;
      const { verification } = notice;
      const verdict = verdictText(verification, tones) ?? verification.verdict;
      return `${tones.accent(" = ")}  ${tones.strong(`#${notice.delivery}`)}  ${verdict}  ${printable(verification.explanation)}\n`;
    }
    case "given-up": {
      const { tones } = style;
      const { delivery, attempts } = notice;
      return `${tones.bad(" ! ")}  ${tones.strong(`#${delivery}`)}  given up after ${attempts} attempts: it stays owed\n`;
    }
    case "hold":
      return holdText(notice, style);
    case "turned-away": {
      const about = notice.delivery === null ? "" : `  #${notice.delivery}`;
      const times = notice.times === undefined ? "" : `  ${notice.times} more like it`;
      return `${style.tones.warn(" x ")}${about}  ${notice.status || "-"}  ${notice.reason}${times}\n`;
    }
  }
}

export function arrivalText(delivery: DeliverySummary, { tones, path }: LineStyle): string {
  const { method, provider, event, eventName, job, duplicateOf, origin } = delivery;
  const parts = [
    tones.dim(clockTime(delivery.receivedAt)),
    tones.accent("-->"),
    tones.strong(`#${delivery.id}`),
    `${method} ${printable(path(delivery.path))}`,
    provider,
    eventText(event, eventName),
    job && printable(job),
    byteText(delivery.bytes),
    verdictText(delivery, tones),
    origin === "captured" ? null : tones.aside(origin),
    duplicateOf === null ? null : tones.warn(`again, first #${duplicateOf}`),
  ];
  return `${parts.filter((part) => part !== null && part !== "").join("  ")}\n`;
}

export function attemptText(attempt: AttemptSummary, { tones, path }: LineStyle): string {
  const good = isSuccess(attempt.status);
  const answer = attempt.status === null ? `${attempt.outcome}: ${attempt.problem}` : String(attempt.status);
  const parts = [
    tones.dim(clockTime(attempt.startedAt + attempt.ms)),
    tones.accent("<--"),
    tones.strong(`#${attempt.delivery}`),
    good ? tones.good(answer) : tones.bad(answer),
    msText(attempt.ms),
    attempt.number > 1 ? `attempt ${attempt.number}` : null,
    attempt.trigger === "capture" ? null : attempt.trigger,
    tones.dim(printable(path(attempt.target))),
  ];
  return `${parts.filter((part) => part !== null).join("  ")}\n`;
}

function holdText({ held, waiting }: Extract<Notice, { type: "hold" }>, { tones }: LineStyle): string {
  const deliveries = waiting === 1 ? "1 delivery" : `${waiting} deliveries`;
  if (held) {
    const already = waiting === 0 ? "" : `; ${deliveries} waiting`;
    return `${tones.warn("Held")}  what comes is kept and acknowledged, and waits${already}: hookspool resume\n`;
  }
  const first = waiting === 0 ? "nothing waits" : `first ${deliveries} that waited`;
  return `${tones.good("Forwarding")}  ${first}\n`;
}

function tunnelText({ state, endpoint, reason }: TunnelStatus, { tones }: LineStyle): string {
  const word = {
    opening: tones.dim,
    up: tones.good,
    closed: tones.dim,
    down: tones.warn,
    moved: tones.warn,
    degraded: tones.warn,
    offline: tones.warn,
  }[state](`tunnel ${state}`);
  return `${[word, endpoint && tones.strong(endpoint), reason].filter(Boolean).join("  ")}\n`;
}

/** So many jobs are named; the JSON lines name more. */
const NAMED_JOBS = 10;

function orphansText(
  { status, orphans = [] }: Extract<Notice, { type: "tunnel" }>,
  { tones }: LineStyle,
): string {
  if (orphans.length === 0) return "";
  const jobs = orphans
    .slice(0, NAMED_JOBS)
    .map(({ provider, job, eventName }) =>
      ["   ", provider, printable(job), eventName && tones.dim(`${printable(eventName)} so far`)]
        .filter((part) => part !== null)
        .join("  "),
    );
  const more = orphans.length > NAMED_JOBS ? [`     and ${orphans.length - NAMED_JOBS} more`] : [];
  const about = `${tones.warn(" ! ")}  given ${status.previous}, which no longer leads here, and not ended as far as is known:`;
  return `${[about, ...jobs, ...more].join("\n")}\n`;
}

/** Nothing where nothing is known. */
export function verdictText(
  { verdict, reason }: Pick<DeliverySummary, "verdict" | "reason">,
  tones: Tones,
): string | null {
  if (verdict === "undecided") return null;
  return verdict === "verified" ? tones.good("✓ verified") : tones.bad(`✗ rejected (${reason})`);
}
