import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Supervision, superviseTunnel } from "../../src/tunnels/_supervise.ts";
import { localtunnelTunnel } from "../../src/tunnels/localtunnel.ts";
import { type LocaltunnelServer, startLocaltunnelServer } from "../support/localtunnel-server.ts";
import { type ProbedFront, probeSecret, startProbedFront } from "../support/probed-front.ts";
import { clientsOf } from "./client-processes.ts";
import { recordStatuses } from "./statuses.ts";

let server: LocaltunnelServer;
let front: ProbedFront;
let statuses: ReturnType<typeof recordStatuses>;
let supervision: Supervision | undefined;

beforeEach(async () => {
  server = await startLocaltunnelServer();
  front = await startProbedFront();
  statuses = recordStatuses();
});

afterEach(async () => {
  await supervision?.close();
  expect(clientsOf(process.pid)).toEqual([]);
  await server.close();
  await front.close();
});

function supervise(options: { probeIntervalMs?: number; probeTimeoutMs?: number } = {}): Supervision {
  supervision = superviseTunnel({
    routes: [{ driver: localtunnelTunnel, host: server.host, subdomain: "calm-fox" }],
    port: front.port,
    folder: "",
    project: "test",
    probe: probeSecret,
    onStatus: statuses.onStatus,
    ...options,
  });
  return supervision;
}

const calmFox = () => server.host.replace("//", "//calm-fox.");

test("is up only after a probe has come back", async () => {
  const { ready, status } = supervise();
  expect(status()).toMatchObject({ state: "opening", endpoint: null });
  expect(await ready).toMatchObject({
    state: "up",
    endpoint: calmFox(),
    subdomain: "calm-fox",
    retryAt: null,
  });
  expect(front.probes).toBe(1);
  expect(statuses.states()).toEqual(["up"]);
});

test("raises the alarm where somebody else answers", async () => {
  front.proves = false;
  expect(await supervise().ready).toMatchObject({
    state: "offline",
    endpoint: null,
    reason: expect.stringMatching(
      /^ALARM: calm-fox\..* is answered by somebody else \(200 with a web page\)/,
    ),
  });
  front.proves = true;
  expect(await statuses.next("up")).toMatchObject({ endpoint: calmFox() });
});

test("one failed probe is not a loss", async () => {
  await supervise({ probeIntervalMs: 50, probeTimeoutMs: 2_000 }).ready;
  front.proves = false;
  await once(front.events, "probe");
  front.proves = true;
  await once(front.events, "probe");
  await once(front.events, "probe");
  expect(statuses.states()).toEqual(["up"]);
});

test("says that it has moved when the name is taken", async () => {
  server.occupy("calm-fox");
  const status = await supervise().ready;
  expect(status).toMatchObject({
    state: "moved",
    reason: 'the name "calm-fox" is taken; the server gave "name-2"',
  });
  expect(status.endpoint).toBe(server.host.replace("//", "//name-2."));
  // From here on that is the name to keep.
  await server.restart();
  expect(await statuses.next("up", 1)).toMatchObject({ endpoint: status.endpoint });
  expect(server.registrations).toEqual(["calm-fox", "calm-fox", "name-2"]);
});

test("leaves a server alone for as long as it asks", async () => {
  server.answer = { kind: "plain", status: 429, headers: "Retry-After: 2\r\n" };
  const asked = Date.now();
  const { retryAt, ...status } = await supervise().ready;
  expect(status).toMatchObject({
    state: "offline",
    reason: expect.stringContaining("asked too often (429)"),
  });
  expect(retryAt).toBeGreaterThanOrEqual(asked + 2_000);
  server.answer = { kind: "tunnel" };
  await statuses.next("up");
  expect(Date.now()).toBeGreaterThanOrEqual(asked + 2_000);
  expect(server.registrations).toHaveLength(2);
});

test("is offline within 8 s where the server never answers", async () => {
  server.answer = { kind: "hang" };
  const start = performance.now();
  expect(await supervise().ready).toMatchObject({
    state: "offline",
    reason: expect.stringContaining("did not answer within 5 s"),
  });
  expect(performance.now() - start).toBeLessThan(8_000);
});

test("is offline where there is no server, and comes up when there is one", async () => {
  await server.close();
  const { reason } = await supervise().ready;
  expect(reason).toContain("refuses connections");
  await server.restart();
  await statuses.next("up");
});

test("closes while it is being opened", async () => {
  server.answer = { kind: "hang" };
  const { close, ready } = supervise();
  await once(server.events, "registration");
  const start = performance.now();
  await Promise.all([close(), close()]);
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(await ready).toMatchObject({ state: "closed" });
  expect(statuses.states()).toEqual(["closed"]);
});

test("keeps nothing running when it is closed", async () => {
  const script = fileURLToPath(new URL("../support/supervise-and-close.ts", import.meta.url));
  const child = spawn(process.execPath, [script, server.host, String(front.port)], { stdio: "inherit" });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(front.probes).toBe(1);
});
