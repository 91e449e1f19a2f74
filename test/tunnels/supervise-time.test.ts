import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type OpenTunnel, type TunnelDriver, TunnelFailure } from "../../src/core/tunnel.ts";
import type { Clock } from "../../src/tunnels/_clock.ts";
import { type Supervision, superviseTunnel } from "../../src/tunnels/_supervise.ts";
import { type ProbedFront, probeSecret, startProbedFront } from "../support/probed-front.ts";
import { passingClock } from "./passing-clock.ts";
import { recordStatuses } from "./statuses.ts";

const START = Date.UTC(2026, 10, 21, 10);
const MINUTE = 60_000;

let front: ProbedFront;
let statuses: ReturnType<typeof recordStatuses>;
let supervision: Supervision | undefined;

beforeEach(async () => {
  front = await startProbedFront();
  statuses = recordStatuses();
});

afterEach(async () => {
  await supervision?.close();
  await front.close();
});

/** Opens what it is told, without a server; remembers when it was asked and for which name. */
function driverThat(open: (name: string | undefined) => Partial<OpenTunnel> | TunnelFailure, clock: Clock) {
  const asked: { at: number; name: string | undefined }[] = [];
  const driver: TunnelDriver = {
    name: "test",
    opensPerHour: 20,
    clientAddressHeader: null,
    operator: () => "nobody",
    missing: async () => null,
    async open({ subdomain }) {
      asked.push({ at: clock.now(), name: subdomain });
      const tunnel = open(subdomain);
      if (tunnel instanceof TunnelFailure) throw tunnel;
      const url = `http://127.0.0.1:${front.port}`;
      return { url, subdomain: null, lost: new Promise(() => {}), close: async () => {}, ...tunnel };
    },
  };
  return { driver, asked };
}

function supervise(driver: TunnelDriver, clock: Clock, subdomain?: string): Supervision {
  const { onStatus } = statuses;
  supervision = superviseTunnel({
    routes: [{ driver, subdomain }],
    port: front.port,
    folder: "",
    project: "test",
    probe: probeSecret,
    onStatus,
    clock,
    random: () => 0.999,
  });
  return supervision;
}

describe("a server that refuses", () => {
  test("is asked 20 times in an hour and no oftener, and it is said until when", async () => {
    const clock = passingClock({ start: START, end: START + 3 * 60 * MINUTE });
    const { driver, asked } = driverThat(() => new TunnelFailure("refused", "no"), clock);
    supervise(driver, clock);
    await statuses.reaches(() => asked.length >= 50);
    for (const { at } of asked)
      expect(
        asked.filter((other) => other.at >= at && other.at < at + 60 * MINUTE).length,
      ).toBeLessThanOrEqual(20);
    const [spent] = statuses.all.filter(({ reason }) => reason.includes("the next one at"));
    expect(spent).toMatchObject({
      state: "offline",
      reason: expect.stringMatching(
        /^no; 20 tunnels were asked for within the hour, the next one at \d\d:\d\d$/,
      ),
      retryAt: START + 60 * MINUTE,
    });
  });

  test("is asked less and less often", async () => {
    const clock = passingClock({ start: START, end: START + 30 * MINUTE });
    const { driver, asked } = driverThat(() => new TunnelFailure("refused", "no"), clock);
    supervise(driver, clock);
    await statuses.reaches(() => asked.length >= 12);
    const pauses = asked.slice(1, 12).map(({ at }, i) => at - Number(asked[i]?.at));
    expect(pauses).toEqual([250, 500, 999, 1998, 3996, 7992, 15984, 31968, 59940, 59940, 59940]);
  });

  test("that could not be reached has not been asked", async () => {
    const clock = passingClock({ start: START, end: START + 60 * MINUTE });
    const { driver, asked } = driverThat(() => new TunnelFailure("unreachable", "no network"), clock);
    supervise(driver, clock);
    await statuses.reaches(() => asked.length >= 40);
  });
});

describe("a probe", () => {
  test("goes out every 30 s", async () => {
    const clock = passingClock({ start: START, end: START + 5 * MINUTE + 10_000 });
    const { driver } = driverThat(() => ({}), clock);
    await supervise(driver, clock).ready;
    await probed(11);
    expect(clock.now() - START).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(statuses.states()).toEqual(["up"]);
  });

  test("goes out at once when the machine has slept", async () => {
    const clock = passingClock({ start: START, end: START + 10_000 });
    const { driver } = driverThat(() => ({}), clock);
    await supervise(driver, clock).ready;
    expect(front.probes).toBe(1);
    clock.oversleep(60 * MINUTE);
    await probed(2);
    expect(statuses.states()).toEqual(["up"]);
  });
});

describe("the pause before a tunnel is opened again", () => {
  test.each([
    ["short when it had been up for a while", 31_000, [250, 250, 250]],
    ["longer each time when it had not", 5_000, [250, 500, 999]],
  ])("is %s", async (_case, upForMs, pauses) => {
    const clock = passingClock({ start: START, end: START + 10 * MINUTE });
    const { driver, asked } = driverThat(() => ({ lost: clock.after(upForMs).then(() => "gone") }), clock);
    supervise(driver, clock);
    await statuses.reaches(() => asked.length > 3);
    expect(asked.slice(1, 4).map(({ at }, i) => at - Number(asked[i]?.at) - upForMs)).toEqual(pauses);
  });
});

test("asks for the name that it was given the last time", async () => {
  const clock = passingClock({ start: START, end: START + 10 * MINUTE });
  const { driver, asked } = driverThat(
    (name) => ({ subdomain: name ?? "calm-fox", lost: clock.after(5_000).then(() => "gone") }),
    clock,
  );
  supervise(driver, clock);
  await statuses.reaches(() => asked.length > 2);
  expect(asked.slice(0, 3).map(({ name }) => name)).toEqual([undefined, "calm-fox", "calm-fox"]);
});

describe("under another URL than before", () => {
  test("in this run it has moved, and says where from", async () => {
    const clock = passingClock({ start: START, end: START + 10 * MINUTE });
    const ports = [`http://127.0.0.1:${front.port}`, `http://localhost:${front.port}`];
    const { driver } = driverThat(
      () => ({ url: ports.shift() ?? "", lost: clock.after(5_000).then(() => "gone") }),
      clock,
    );
    supervise(driver, clock);
    expect(await statuses.next("moved")).toMatchObject({
      endpoint: `http://localhost:${front.port}`,
      previous: `http://127.0.0.1:${front.port}`,
    });
  });

  test("than in the last run it has moved too", async () => {
    const clock = passingClock({ start: START, end: START + MINUTE });
    const { driver } = driverThat(() => ({}), clock);
    const lastUrl = "https://old.example";
    supervision = superviseTunnel({
      routes: [{ driver, lastUrl }],
      port: front.port,
      folder: "",
      project: "test",
      probe: probeSecret,
      onStatus: statuses.onStatus,
      clock,
    });
    expect(await supervision.ready).toMatchObject({
      state: "moved",
      previous: lastUrl,
      reason: `the server gave another URL than ${lastUrl}`,
    });
  });
});

test("closes every tunnel that it has opened", async () => {
  const clock = passingClock({ start: START, end: START + 10 * MINUTE });
  let open = 0;
  const { driver } = driverThat(() => {
    open += 1;
    return {
      lost: clock.after(5_000).then(() => "gone"),
      close: async () => {
        open -= 1;
      },
    };
  }, clock);
  const { close } = supervise(driver, clock);
  await statuses.reaches(() => statuses.all.length > 6);
  await close();
  expect(open).toBe(0);
});

async function probed(times: number): Promise<void> {
  while (front.probes < times) await once(front.events, "probe");
}
