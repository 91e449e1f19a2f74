import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { LoadResult } from "../load/closed-loop.ts";

/** What is varied from one measurement to the next. */
export interface Cell {
  readonly kibibytes: number;
  readonly connections: number;
}

export const cellName = ({ kibibytes, connections }: Cell) => `${kibibytes} KB, c=${connections}`;

export interface Measurement extends Cell, LoadResult {
  readonly contender: string;
  /** CPU time of the contender and its children, in microseconds a request. */
  readonly cpuUs?: number | undefined;
  readonly rssMb?: number | undefined;
}

/** Rounds as far as they have been measured, kept in a file between the pieces of a bench. */
export interface Rounds {
  readonly file: string;
  readonly rounds: Round[];
}

export interface Round {
  /** Of all cores, what other programs took before it. */
  readonly busyPercent: number;
  readonly measured: readonly Measurement[];
}

const folder = fileURLToPath(new URL("../data/", import.meta.url));

export function roundsOf({ pinned, fresh }: { pinned: boolean; fresh: boolean }): Rounds {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}peers${pinned ? "" : "-unpinned"}.jsonl`;
  if (fresh) rmSync(file, { force: true });
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return { file, rounds: lines.map((line) => JSON.parse(line)) };
}

export function addRound({ file, rounds }: Rounds, round: Round): void {
  rounds.push(round);
  appendFileSync(file, `${JSON.stringify(round)}\n`);
}

/** One figure of one contender in one cell, round by round; `undefined` where a round lacks it. */
export function series(
  { rounds }: Pick<Rounds, "rounds">,
  contender: string,
  cell: Cell,
  figure: (measurement: Measurement) => number | undefined,
): (number | undefined)[] {
  return rounds.map(({ measured }) => {
    const found = measured.find(
      (one) =>
        one.contender === contender &&
        one.kibibytes === cell.kibibytes &&
        one.connections === cell.connections,
    );
    return found && figure(found);
  });
}
