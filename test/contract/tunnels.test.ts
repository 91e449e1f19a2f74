import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TunnelDriver } from "../../src/core/tunnel.ts";
import { systemClock } from "../../src/tunnels/_clock.ts";
import { lookup } from "../../src/tunnels/_loopback.ts";
import { createOpener } from "../../src/tunnels/_opener.ts";
import { type Supervision, superviseTunnel } from "../../src/tunnels/_supervise.ts";
import { cloudflaredTunnel } from "../../src/tunnels/cloudflared.ts";
import { localtunnelTunnel } from "../../src/tunnels/localtunnel.ts";
import { sshTunnel } from "../../src/tunnels/ssh.ts";
import { startCloudflareEdge } from "../support/cloudflare-edge.ts";
import { type ProbedFront, probeSecret, startProbedFront } from "../support/probed-front.ts";
import { hasSshd } from "../support/ssh-server.ts";
import { type RigName, type TunnelRig, transportsOf, tunnelRigs } from "../support/tunnel-rigs.ts";
import { recordStatuses } from "../tunnels/statuses.ts";

const names = (Object.keys(tunnelRigs) as RigName[]).filter((name) => name !== "ssh" || hasSshd);

describe.each(names)("%s", (name) => {
  let front: ProbedFront;
  let rig: TunnelRig;
  let statuses: ReturnType<typeof recordStatuses>;
  let supervision: Supervision;

  beforeEach(async () => {
    front = await startProbedFront();
    rig = await tunnelRigs[name](front.port);
    for (const [variable, value] of Object.entries(rig.env ?? {})) vi.stubEnv(variable, value);
    statuses = recordStatuses();
    supervision = superviseTunnel({
      routes: [rig.route],
      ...rig.given,
      port: front.port,
      probe: probeSecret,
      onStatus: statuses.onStatus,
      probeIntervalMs: 300,
      probeTimeoutMs: 600,
    });
  });

  afterEach(async () => {
    await supervision.close();
    await rig.close();
    await front.close();
  });

  const endpoint = async () => {
    const { state, reason, endpoint } = await supervision.ready;
    expect([state, reason]).toEqual(["up", expect.any(String)]);
    return String(endpoint);
  };

  test("carries 70 kB of binary unchanged, and 20 deliveries at once", async () => {
    const url = await endpoint();
    const large = randomBytes(70_000);
    expect(digest(await post(url, large))).toBe(digest(large));
    expect(digest(front.requests[0]?.body)).toBe(digest(large));
    const bodies = Array.from({ length: 20 }, () => randomBytes(1_000));
    expect(await Promise.all(bodies.map((body) => post(url, body)))).toEqual(bodies);
  });

  test.skipIf(name === "public-url")("comes back when its transport is killed, and says so", async () => {
    const url = await endpoint();
    const start = performance.now();
    for (const pid of transportsOf(rig)) process.kill(pid, "SIGKILL");
    expect(await statuses.next("down")).toMatchObject({
      endpoint: null,
      reason: expect.stringMatching(/SIGKILL/),
    });
    expect(performance.now() - start).toBeLessThan(1_000);
    await statuses.reaches(() => statuses.all.slice(1).some(({ endpoint }) => endpoint !== null));
    const again = statuses.all.at(-1);
    // Cloudflare gives a quick tunnel's name once.
    if (name === "cloudflared") expect(again).toMatchObject({ state: "moved", previous: url });
    else expect(again).toMatchObject({ state: "up", endpoint: url });
  });

  test("comes back under the same URL when its server has been away", async () => {
    const url = await endpoint();
    await rig.stop();
    await statuses.next("down");
    const start = performance.now();
    await rig.start();
    const skip = statuses.all.length;
    expect(await statuses.next("up", skip)).toMatchObject({ endpoint: url });
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  // Each request to a URL of one's own is a connection of its own.
  test.skipIf(name === "public-url")(
    "notices a loss that nobody announces, and comes back under the same URL",
    async () => {
      const url = await endpoint();
      rig.goSilent();
      const { reason } = await statuses.next("down");
      rig.letGo?.();
      expect(reason).toMatch(
        /did not answer|no way to this machine|silent|no connection|broke the connection/,
      );
      expect(await statuses.next("up", 1)).toMatchObject({ endpoint: url });
    },
  );

  test("leaves nothing behind when it is closed, twice, in under 2 s", async () => {
    const url = await endpoint();
    const start = performance.now();
    await Promise.all([supervision.close(), supervision.close()]);
    await supervision.close();
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(transportsOf(rig)).toEqual([]);
    // A URL of one's own is not ours to close.
    if (name !== "public-url") await expect(post(url, Buffer.from("late"), 500)).rejects.toThrow();
    expect(statuses.all.at(-1)).toMatchObject({ state: "closed" });
  });
});

describe("a server that says nothing is given up at the deadline, with the reason", () => {
  test.concurrent.each<[string, TunnelDriver, (port: number) => string | undefined, RegExp]>([
    ["localtunnel", localtunnelTunnel, (port) => `http://127.0.0.1:${port}`, /did not answer within 5 s/],
    ["ssh", sshTunnel, (port) => `127.0.0.1:${port}`, /could not be connected to in time/],
    [
      "cloudflared",
      cloudflaredTunnel,
      () => undefined,
      /did not connect in time: Requesting new quick Tunnel/,
    ],
  ])("%s", async (_name, driver, hostAt, words) => {
    const silence = createServer((socket) => socket.on("error", () => {}));
    silence.listen(0, "127.0.0.1");
    await once(silence, "listening");
    const edge = await startCloudflareEdge();
    edge.answer = "hang";
    if (driver === cloudflaredTunnel) vi.stubEnv("CLOUDFLARED_BIN", edge.program);
    const { port } = silence.address() as AddressInfo;
    const folder = mkdtempSync(join(tmpdir(), "hookspool-test-"));
    const start = performance.now();
    const opening = createOpener({
      driver,
      given: { port: 1, host: hostAt(port), remotePort: 0, folder, project: "test" },
      clock: systemClock,
    }).open({ name: undefined }, new AbortController().signal);
    await expect(opening).rejects.toThrow(words);
    expect(performance.now() - start).toBeLessThan(9_000);
    silence.close();
    await edge.close();
    rmSync(folder, { recursive: true });
  });
});

function post(url: string, body: Buffer, timeoutMs = 10_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(`${url}/hooks`, { method: "POST", agent: false, lookup, signal });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      if (response.statusCode === 200) buffer(response).then(resolve, reject);
      else reject(new Error(`${response.statusCode}`));
    });
    outgoing.end(body);
  });
}

const digest = (bytes: Buffer | undefined) =>
  createHash("sha256")
    .update(bytes ?? "")
    .digest("hex");
