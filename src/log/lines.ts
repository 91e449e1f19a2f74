import type { ChalkInstance } from "chalk";
import type { AttemptSummary } from "../core/attempt.ts";
import { isSuccess } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { Notice } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import type { TunnelStatus } from "../core/tunnel.ts";

/**
 * Two lines a delivery, as it comes and as it was answered, with its number on both. What is shown has been
 * through {@link LineStyle.path}, which masks what must not be read over a shoulder.
 */
export interface LineStyle {
  readonly chalk: ChalkInstance;
  readonly path: (path: string) => string;
}

export function readyText({ endpoint, local, target }: Ready, { chalk }: LineStyle): string {
  const shown = endpoint === null ? local : endpoint;
  return `${chalk.green("Ready")}  ${chalk.bold(shown)}  ->  ${target}\n`;
}

export function noticeText(notice: Notice, style: LineStyle): string {
  switch (notice.type) {
    case "delivery":
      return arrivalText(notice.delivery, style);
    case "attempt":
      return attemptText(notice.attempt, style);
    case "tunnel":
      return tunnelText(notice.status, style);
    case "verdict": {
      const { chalk } = style;
      const { verification } = notice;
      const verdict = verdictText(verification, chalk) ?? verification.verdict;
      return `${chalk.cyan(" = ")}  ${chalk.bold(`#${notice.delivery}`)}  ${verdict}  ${verification.explanation}\n`;
    }
    case "turned-away": {
      const about = notice.delivery === null ? "" : `  #${notice.delivery}`;
      return `${style.chalk.yellow(" x ")}${about}  ${notice.status || "-"}  ${notice.reason}\n`;
    }
  }
}

export function arrivalText(delivery: DeliverySummary, { chalk, path }: LineStyle): string {
  const { method, provider, event, eventName, job, duplicateOf, origin } = delivery;
  const parts = [
    chalk.dim(clockTime(delivery.receivedAt)),
    chalk.cyan("-->"),
    chalk.bold(`#${delivery.id}`),
    `${method} ${printable(path(delivery.path))}`,
    provider,
    eventText(event, eventName),
    job && printable(job),
    byteText(delivery.bytes),
    verdictText(delivery, chalk),
    origin === "captured" ? null : chalk.magenta(origin),
    duplicateOf === null ? null : chalk.yellow(`again, first #${duplicateOf}`),
  ];
  return `${parts.filter((part) => part !== null && part !== "").join("  ")}\n`;
}

export function attemptText(attempt: AttemptSummary, { chalk, path }: LineStyle): string {
  const good = isSuccess(attempt.status);
  const answer = attempt.status === null ? `${attempt.outcome}: ${attempt.problem}` : String(attempt.status);
  const parts = [
    chalk.dim(clockTime(attempt.startedAt + attempt.ms)),
    chalk.cyan("<--"),
    chalk.bold(`#${attempt.delivery}`),
    good ? chalk.green(answer) : chalk.red(answer),
    msText(attempt.ms),
    attempt.number > 1 ? `attempt ${attempt.number}` : null,
    attempt.trigger === "capture" ? null : attempt.trigger,
    chalk.dim(printable(path(attempt.target))),
  ];
  return `${parts.filter((part) => part !== null).join("  ")}\n`;
}

export function tunnelText({ state, endpoint, reason }: TunnelStatus, { chalk }: LineStyle): string {
  const word = {
    opening: chalk.dim,
    up: chalk.green,
    closed: chalk.dim,
    down: chalk.yellow,
    moved: chalk.yellow,
    offline: chalk.yellow,
  }[state](`tunnel ${state}`);
  return `${[word, endpoint && chalk.bold(endpoint), reason].filter(Boolean).join("  ")}\n`;
}

/** Nothing where nothing is known. */
export function verdictText(
  { verdict, reason }: Pick<DeliverySummary, "verdict" | "reason">,
  chalk: ChalkInstance,
): string | null {
  if (verdict === "undecided") return null;
  return verdict === "verified" ? chalk.green("✓ verified") : chalk.red(`✗ rejected (${reason})`);
}

/** `completed`, or `completed (job.completed)` where the provider says it otherwise. */
export function eventText(event: string | null, eventName: string | null): string | null {
  if (event === null) return eventName && printable(eventName);
  return eventName === null || eventName === event ? event : `${event} (${printable(eventName)})`;
}

export function byteText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [unit, size] = bytes < 1024 ** 2 ? ["KiB", bytes / 1024] : ["MiB", bytes / 1024 ** 2];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function msText(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** `2026-11-21 10:00:00`, local. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Local time of day. */
function clockTime(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

/** What strangers send must not move the cursor, colour the screen or ring the bell. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
