import { machine } from "../support/machine.ts";
import { median, pairedRatio } from "../support/statistics.ts";
import { figure, table } from "../support/table.ts";
import type { Contender } from "./contender.ts";
import { type Cell, type Measurement, type Rounds, series } from "./rounds.ts";

interface Setting {
  readonly contenders: readonly Contender[];
  readonly loadGenerator: string;
  readonly pinned: boolean;
  readonly seconds: number;
}

/** The rounds as tables, one for each size and number of connections, and the goals beside what was reached. */
export function reportPeers(rounds: Rounds, setting: Setting): string {
  const cells = cellsIn(rounds);
  const present = setting.contenders.filter(({ name }) =>
    rounds.rounds.some(({ measured }) => measured.some(({ contender }) => contender === name)),
  );
  const absent = setting.contenders.filter((contender) => !present.includes(contender));
  return [
    `## Beside its peers${setting.pinned ? "" : ", all on the same cores"}`,
    "",
    `${machine()}. ${present.map(({ name, version }) => `${name} ${version()}`.trim()).join(", ")}.`,
    `Load: ${setting.loadGenerator}, ${setting.seconds} s a measurement after twice as long to warm up, ${rounds.rounds.length} rounds in turns, medians;`,
    "ratios are taken within a round. " +
      (setting.pinned
        ? "The contender, all its threads, has one core; load and handler share another."
        : "The system places contender, load and handler."),
    `Other programs took ${rounds.rounds.map(({ busyPercent }) => `${Math.round(busyPercent)} %`).join(", ")} of the cores before the rounds.`,
    ...absent.map(({ name, install }) => `Left out: ${name} (\`${install}\`).`),
    ...cells.flatMap((cell) => ["", cellTable(rounds, cell, present)]),
    "",
    goalTable(rounds),
  ].join("\n");
}

function cellsIn({ rounds }: Rounds): Cell[] {
  const found = new Map<string, Cell>();
  for (const { kibibytes, connections } of rounds.flatMap(({ measured }) => measured))
    found.set(`${kibibytes} ${connections}`, { kibibytes, connections });
  return [...found.values()].sort((a, b) => a.kibibytes - b.kibibytes || a.connections - b.connections);
}

const peersInRatios = ["direct", "nginx", "mitmdump -w", "mockttp"] as const;

function cellTable(rounds: Rounds, cell: Cell, contenders: readonly Contender[]): string {
  const head = [
    `${cell.kibibytes} KB, ${cell.connections} at once`,
    ...["req/s", "p50 ms", "p99 ms", "CPU µs", "RSS MB", "failed"],
    ...peersInRatios.map((name) => `× ${name.split(" ")[0]}`),
  ];
  const rows = contenders.map(({ name }) => {
    const of = (pick: (measurement: Measurement) => number | undefined) => {
      const values = series(rounds, name, cell, pick).filter((value) => value !== undefined);
      return figure(values.length === 0 ? undefined : median(values));
    };
    const own = series(rounds, name, cell, perSecond);
    return [
      name,
      of(perSecond),
      of(({ p50Ms }) => p50Ms),
      of(({ p99Ms }) => p99Ms),
      of(({ cpuUs }) => cpuUs),
      of(({ rssMb }) => rssMb),
      of(({ failures }) => failures),
      ...peersInRatios.map((peer) => figure(pairedRatio(own, series(rounds, peer, cell, perSecond)))),
    ];
  });
  return table(head, rows);
}

const perSecond = ({ perSecond }: Measurement) => perSecond;

interface Goal {
  readonly what: string;
  readonly cell: Cell;
  readonly figure: (measurement: Measurement) => number;
  readonly peer: string;
  readonly atLeast?: number;
  readonly under?: number;
}

const goals: readonly Goal[] = [
  goal("req/s", "mitmdump -w", { kibibytes: 1, connections: 32 }, { atLeast: 10 }),
  goal("req/s", "mockttp", { kibibytes: 1, connections: 32 }, { atLeast: 3.5 }),
  goal("req/s", "nginx", { kibibytes: 1, connections: 32 }, { atLeast: 0.4 }),
  goal("p50", "mitmdump -w", { kibibytes: 1, connections: 1 }, { under: 0.6 }),
  goal("req/s", "mitmdump -w", { kibibytes: 100, connections: 32 }, { atLeast: 2 }),
];

function goal(
  what: "req/s" | "p50",
  peer: string,
  cell: Cell,
  limit: { atLeast?: number; under?: number },
): Goal {
  return { what, peer, cell, figure: what === "p50" ? ({ p50Ms }) => p50Ms : perSecond, ...limit };
}

function goalTable(rounds: Rounds): string {
  const rows = goals.map(({ what, cell, peer, figure: pick, atLeast, under }) => {
    const ratio = pairedRatio(series(rounds, "hookspool", cell, pick), series(rounds, peer, cell, pick));
    const met = atLeast === undefined ? ratio < (under ?? 0) : ratio >= atLeast;
    return [
      `${what} × ${peer}, ${cell.kibibytes} KB, c=${cell.connections}`,
      atLeast === undefined ? `< ${under}` : `≥ ${atLeast}`,
      figure(ratio),
      Number.isFinite(ratio) ? (met ? "yes" : "NO") : "–",
    ];
  });
  return table(["goal for hookspool", "limit", "reached", "met"], rows);
}
