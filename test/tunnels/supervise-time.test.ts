import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type OpenTunnel, type TunnelDriver, TunnelFailure } from "../../src/core/tunnel.ts";
import type { Clock } from "../../src/tunnels/_clock.ts";
import { type Supervision, superviseTunnel } from "../../src/tunnels/_supervise.ts";
import { probePace } from "../../src/tunnels/_watch.ts";
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
  test("goes out every 19.5 s, so that two of 5 s that fail fit into half a minute", async () => {
    const clock = passingClock({ start: START, end: START + 200_000 });
    const { driver } = driverThat(() => ({}), clock);
    await supervise(driver, clock).ready;
    await probed(11);
    expect(clock.now() - START).toBeGreaterThanOrEqual(195_000);
    expect(statuses.states()).toEqual(["up"]);
  });

  test.each([undefined, 60_000, 20_000, 6_000])(
    "finds a loss that nobody announces within its interval: %s ms",
    (intervalMs) => {
      const { restMs, timeoutMs } = probePace(intervalMs);
      expect(restMs + timeoutMs + 500 + timeoutMs).toBeLessThanOrEqual(intervalMs ?? 30_000);
    },
  );

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
    ["short when it had been up for a while", 31_500, [250, 250, 250]],
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

describe("several drivers", () => {
  /** One after the other; the second and third are run by other companies. */
  function superviseAll(drivers: readonly TunnelDriver[], clock: Clock, fallback = false): Supervision {
    const [first, ...others] = drivers.map((driver, i) => ({
      driver: { ...driver, name: `d${i + 1}`, operator: () => `company ${i + 1}` },
    }));
    if (!first) throw new Error("no driver");
    supervision = superviseTunnel({
      routes: [first, ...others],
      fallback,
      port: front.port,
      folder: "",
      project: "test",
      probe: probeSecret,
      onStatus: statuses.onStatus,
      clock,
      random: () => 0.999,
    });
    return supervision;
  }
  const failing = (reason: string) => () => new TunnelFailure("refused", reason);
  const clockFor = (minutes: number) => passingClock({ start: START, end: START + minutes * MINUTE });

  test("are tried in order until one is up, and each step is explained", async () => {
    const clock = clockFor(1);
    const drivers = [failing("no"), failing("not now"), () => ({})].map((open) => driverThat(open, clock));
    const { ready } = superviseAll(
      drivers.map(({ driver }) => driver),
      clock,
    );
    expect(await ready).toMatchObject({ state: "up", driver: "d3" });
    expect(statuses.all.map(({ state, driver, reason }) => [state, driver, reason])).toEqual([
      ["opening", "d2", "d1: no; now trying d2: another URL, and company 2 will see what is delivered"],
      ["opening", "d3", "d2: not now; now trying d3: another URL, and company 3 will see what is delivered"],
      ["up", "d3", "a probe came back through the tunnel"],
    ]);
    expect(drivers.map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
  });

  test("that all fail make it offline, with the reason of each", async () => {
    const clock = clockFor(1);
    const drivers = [failing("no"), failing("not now")].map((open) => driverThat(open, clock).driver);
    expect(await superviseAll(drivers, clock).ready).toMatchObject({
      state: "offline",
      reason: "d1: no; d2: not now",
    });
  });

  test("stay with the one that was up", async () => {
    const clock = clockFor(30);
    let opens = 0;
    const first = driverThat(() => {
      opens += 1;
      return opens === 1
        ? { lost: clock.after(5_000).then(() => "gone") }
        : new TunnelFailure("refused", "not again");
    }, clock);
    const second = driverThat(() => ({}), clock);
    await superviseAll([first.driver, second.driver], clock).ready;
    await statuses.reaches(() => first.asked.length > 10);
    expect(second.asked).toEqual([]);
  });

  test("go on to the next with --fallback, which is a move", async () => {
    const clock = clockFor(30);
    let opens = 0;
    const first = driverThat(() => {
      opens += 1;
      return opens === 1
        ? { url: `http://localhost:${front.port}`, lost: clock.after(5_000).then(() => "gone") }
        : new TunnelFailure("refused", "not again");
    }, clock);
    const second = driverThat(() => ({}), clock);
    await superviseAll([first.driver, second.driver], clock, true).ready;
    expect(await statuses.next("moved")).toMatchObject({
      driver: "d2",
      endpoint: `http://127.0.0.1:${front.port}`,
      previous: `http://localhost:${front.port}`,
    });
    expect(statuses.all.at(-2)).toMatchObject({
      state: "opening",
      reason: expect.stringMatching(/^d1: not again; now trying d2: another URL, and company 2 will see/),
    });
    expect(first.asked).toHaveLength(4);
  });
});

describe("a server that is away after it was there", () => {
  test("is looked for at least every 1.2 s for two minutes, then less and less often", async () => {
    const clock = passingClock({ start: START, end: START + 10 * MINUTE });
    let opens = 0;
    const { driver, asked } = driverThat(() => {
      opens += 1;
      return opens === 1
        ? { lost: clock.after(1_000).then(() => "gone") }
        : new TunnelFailure("unreachable", "away");
    }, clock);
    supervise(driver, clock);
    await statuses.reaches(() => asked.length > 108);
    const pauses = asked.slice(2).map(({ at }, i) => at - Number(asked[i + 1]?.at));
    expect(Math.max(...pauses.slice(0, 90))).toBeLessThanOrEqual(1_200);
    expect(pauses.at(-1)).toBeGreaterThan(50_000);
  });
});

describe("a tunnel that mends itself", () => {
  test("is waited for, and keeps its URL", async () => {
    const clock = passingClock({ start: START, end: START + 10 * MINUTE });
    let tell: (broken: string | null) => void = () => {};
    const { driver, asked } = driverThat(() => ({ onConnection: (hear) => (tell = hear) }), clock);
    const { endpoint } = await supervise(driver, clock).ready;
    tell("no connection to the edge");
    expect(await statuses.next("down")).toMatchObject({ reason: "no connection to the edge" });
    tell(null);
    expect(await statuses.next("up", 1)).toMatchObject({
      endpoint,
      reason: "a probe comes back through the tunnel again",
    });
    expect(asked).toHaveLength(1);
  });

  test("is given up for a new one after five minutes", async () => {
    const clock = passingClock({ start: START, end: START + 20 * MINUTE });
    let tell: (broken: string | null) => void = () => {};
    const { driver, asked } = driverThat(() => ({ onConnection: (hear) => (tell = hear) }), clock);
    await supervise(driver, clock).ready;
    tell("no connection to the edge");
    await statuses.reaches(() => asked.length === 2);
    expect(Number(asked[1]?.at) - START).toBeGreaterThanOrEqual(5 * MINUTE);
  });
});

describe("an endpoint that somebody else answers for a while", () => {
  test("is down with an alarm, and up again without a new tunnel", async () => {
    const clock = passingClock({ start: START, end: START + MINUTE });
    const { driver, asked } = driverThat(() => ({}), clock);
    const { endpoint } = await supervise(driver, clock).ready;
    front.proves = false;
    expect(await statuses.next("down")).toMatchObject({ reason: expect.stringMatching(/^ALARM: /) });
    front.proves = true;
    expect(await statuses.next("up", 2)).toMatchObject({ endpoint });
    expect(asked).toHaveLength(1);
  });
});

describe("a target that nobody listens at", () => {
  test("makes the endpoint degraded, and up again", async () => {
    const clock = passingClock({ start: START, end: START + 1_000 });
    const { driver } = driverThat(() => ({}), clock);
    const { ready, target } = supervise(driver, clock);
    const { endpoint } = await ready;
    target("nothing listens");
    target("nothing listens");
    target(null);
    expect(statuses.all.map(({ state, reason }) => [state, reason]).slice(1)).toEqual([
      ["degraded", "nothing listens"],
      ["up", "the target can be reached again"],
    ]);
    expect(statuses.all.every((status) => status.endpoint === endpoint)).toBe(true);
  });

  test("is said as soon as the tunnel is up", async () => {
    const clock = passingClock({ start: START, end: START + 1_000 });
    const { driver } = driverThat(() => ({}), clock);
    const { ready, target, status } = supervise(driver, clock);
    target("nothing listens");
    expect(await ready).toMatchObject({ state: "up" });
    expect(status()).toMatchObject({ state: "degraded", endpoint: expect.any(String) });
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
