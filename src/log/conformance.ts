import { msText, printable } from "../core/text.ts";
import type { Tones } from "../core/tones.ts";
import { isSkipped } from "../inspect/conformance/_case.ts";
import { type ConformancePlan, type Group, groupOf, groups } from "../inspect/conformance/cases.ts";
import { isMiss, type Result, type Tally } from "../inspect/conformance/judge.ts";
import type { JsonLine } from "./json.ts";

/**
 * A check's results as a person reads them: a line each, and the reasons of those that were missed.
 *
 * @param target as it may be shown
 */
export function createConformanceText(
  { tones }: { readonly tones: Tones },
  { provider, scheme }: ConformancePlan,
  target: string,
) {
  const how = scheme === null ? "with nothing that shows who sent it" : `authenticated by ${scheme}`;
  const head = `${tones.strong(printable(target))}\nDeliveries of ${provider.name}, ${how}\n`;
  let group: Group | undefined;
  let said = new Set<string>();
  /** What explains several misses of a group is said once. */
  const once = (text: string) => {
    if (said.has(text)) return "";
    said.add(text);
    return text;
  };
  return {
    result(result: Result): string {
      const opening = group === undefined ? head : "";
      const isFirst = groupOf(result) !== group;
      const heading = isFirst ? `${opening}\n${tones.strong(groups[groupOf(result)])}\n` : "";
      group = groupOf(result);
      if (isFirst) said = new Set();
      if (!isMiss(result)) return heading + resultText(result, tones);
      const reason = wrapped(`Expected ${result.expected}. ${result.why}`, MARGIN, MARGIN);
      const source = result.source === null ? "" : wrapped(`See ${result.source}`, MARGIN, MARGIN);
      return [heading, resultText(result, tones), once(reason), tones.dim(once(source))].join("");
    },
    end({ counts, readings, unseen, ms }: ConformanceEnd): string {
      const advice = readings.map((note) => `\n${tones.warn(wrapped(note, "", ""))}`);
      const blind = unseen.map((note) => wrapped(note, "  · ", "    "));
      return [
        ...advice,
        `\n${tones.strong("What this does not show")}\n`,
        ...blind,
        `\n${tallyText(counts, tones)} in ${msText(ms)}\n`,
      ].join("");
    },
  };
}

export interface ConformanceEnd {
  readonly counts: Tally;
  /** How to read the results. */
  readonly readings: readonly string[];
  /** What they cannot show. */
  readonly unseen: readonly string[];
  readonly ms: number;
}

const WIDTH = 79;

function resultText(result: Result, tones: Tones): string {
  const { title } = result;
  if (isSkipped(result)) return tones.dim(line("–", title, result.reason));
  const answer = printable(result.got);
  if (result.pass) return line(tones.good("✓"), title, answer, tones.dim);
  const [sign, colour] =
    result.severity === "error" ? (["✗", tones.bad] as const) : (["!", tones.warn] as const);
  return line(colour(sign), title, answer, colour);
}

const MARGIN = " ".repeat(6);

/** Sign, title and answer; where they do not fit into one line, the answer gets its own. */
function line(sign: string, title: string, answer: string, colour = (text: string) => text): string {
  const room = WIDTH - 4 - title.length;
  if (answer.length + 2 <= room) return `  ${sign} ${title}${colour(answer.padStart(room))}\n`;
  return `  ${sign} ${title}\n${colour(wrapped(answer, MARGIN, MARGIN))}`;
}

function wrapped(text: string, first: string, following: string): string {
  const lines: string[] = [];
  let current = first;
  let isEmpty = true;
  for (const word of printable(text).split(/\s+/)) {
    if (!isEmpty && current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = following;
      isEmpty = true;
    }
    current += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return `${[...lines, current].join("\n")}\n`;
}

function tallyText({ passed, failed, warnings, skipped }: Tally, tones: Tones): string {
  const parts = [
    tones.good(`${passed} passed`),
    failed > 0 ? tones.bad(`${failed} failed`) : "0 failed",
    warnings > 0 ? tones.warn(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`) : "0 warnings",
    `${skipped} skipped`,
  ];
  return parts.join(", ");
}

/** A skipped case is no `case` line, as it neither passed nor failed. */
export function conformanceLine(result: Result): JsonLine {
  if (isSkipped(result)) {
    const { name, title, reason } = result;
    return { v: 1, type: "skipped", name, title, why: reason };
  }
  const { name, title, expected, got, pass, severity, why, source, ms } = result;
  return { v: 1, type: "case", name, title, expected, got, pass, severity, why, source, ms };
}

export const noteLine = (text: string): JsonLine => ({ v: 1, type: "note", text });

export function summaryLine(
  { provider, scheme }: ConformancePlan,
  results: readonly Result[],
  counts: Tally,
  ms: number,
): JsonLine {
  const missed = results.filter(isMiss).map(({ name }) => name);
  return {
    v: 1,
    type: "summary",
    provider: provider.id,
    scheme,
    pass: counts.failed === 0,
    ...counts,
    missed,
    ms: Math.round(ms),
  };
}
