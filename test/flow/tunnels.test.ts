import { createServer } from "node:http";
import { describe, expect, test, vi } from "vitest";
import { atTheEnd } from "../support/cleanup.ts";
import { descendantsOf } from "../support/descendants.ts";
import { hookspool, type Line, startRunning } from "../support/hookspool.ts";
import { startLocaltunnelServer } from "../support/localtunnel-server.ts";
import { hasSshd } from "../support/ssh-server.ts";
import { freePort } from "../support/tcp-relay.ts";
import { tunnelArguments } from "../support/tunnel-arguments.ts";
import { type RigName, type TunnelRig, tunnelRigs } from "../support/tunnel-rigs.ts";

async function rigFor(name: RigName): Promise<TunnelRig> {
  const rig: TunnelRig = await tunnelRigs[name](0);
  atTheEnd(rig.close);
  return rig;
}

const listenThrough = (rig: TunnelRig, target: number, more: readonly string[] = []) =>
  startRunning([String(target), "--no-inspector", ...tunnelArguments(rig), ...more], { env: rig.env ?? {} });

const tunnel =
  (state: string) =>
  ({ type, state: its }: Line) =>
    type === "tunnel" && its === state;

test.runIf(hasSshd)("a delivery comes through ssh, and its sender gets the handler's answer", async () => {
  const handler = createServer((_, response) => response.writeHead(201).end("thanks"));
  await new Promise<void>((resolve) => handler.listen(0, "127.0.0.1", resolve));
  atTheEnd(() => handler.close());
  const running = listenThrough(await rigFor("ssh"), (handler.address() as { port: number }).port);
  const { endpoint, tunnel: driver } = await running.line(({ type }) => type === "ready");
  expect(driver).toBe("ssh");
  const response = await fetch(`${endpoint}/hooks`, { method: "POST", body: "{}" });
  expect([response.status, await response.text()]).toEqual([201, "thanks"]);
  expect(await running.attempt(1)).toMatchObject({ status: 201 });
  expect(await running.stop()).toBe(0);
});

test("an endpoint whose target nobody listens at is degraded until somebody does", async () => {
  const port = await freePort();
  const running = listenThrough(await rigFor("localtunnel"), port);
  const { endpoint } = await running.line(({ type }) => type === "ready");
  expect(await running.line(tunnel("degraded"))).toMatchObject({
    endpoint,
    reason: `deliveries arrive and are kept, but nothing listens at http://localhost:${port}`,
  });
  const handler = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => handler.listen(port, "127.0.0.1", resolve));
  atTheEnd(() => handler.close());
  const last = () => running.lines.filter(({ type }) => type === "tunnel").at(-1);
  await vi.waitFor(() => expect(last()).toMatchObject({ state: "up", endpoint }), 5_000);
  await running.stop();
});

test("a driver that cannot be had is followed by the next, and it is said what that means", async () => {
  const localtunnel = await rigFor("localtunnel");
  const running = listenThrough(localtunnel, 3000, ["--tunnel", "ngrok,localtunnel"]);
  expect(await running.line(({ type }) => type === "ready")).toMatchObject({ tunnel: "localtunnel" });
  expect(await running.line(tunnel("opening"))).toMatchObject({
    driver: "localtunnel",
    reason: expect.stringMatching(
      /^ngrok: ngrok needs an account: set NGROK_AUTHTOKEN .*; now trying localtunnel: another URL, and .* will see what is delivered$/,
    ),
  });
  await running.stop();
});

describe.skipIf(process.platform === "win32" || !hasSshd)("leaves no ssh behind", () => {
  const transports = (pid: number) =>
    descendantsOf(pid).filter(({ args }) => /ssh -F none|program-process/.test(args));
  const isAlive = (pid: number) => descendantsOf(1).some((process) => process.pid === pid);

  test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("when it gets %s", async (signal) => {
    const running = listenThrough(await rigFor("ssh"), 3000);
    await running.line(tunnel("up"));
    const pids = transports(running.pid).map(({ pid }) => pid);
    expect(pids).toHaveLength(2);
    running.signal(signal);
    await running.exited;
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), 3_000);
  });
});

test.each([
  ["no ssh server", ["--tunnel", "ssh", "--tunnel-host=-oProxyCommand=x"], /is not an ssh server/],
  ["an unknown driver", ["--tunnel", "relay"], /there is no tunnel driver "relay"/],
  [
    "one URL for two",
    ["--tunnel", "ssh,cloudflared", "--public-url", "https://x.example"],
    /several tunnels/,
  ],
])("%s is a usage error", async (_case, flags, words) => {
  const { code, stderr } = await hookspool(["listen", "3000", ...flags]);
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
});

test("doctor measures the tunnels that open, and says what the others want", async () => {
  const server = await startLocaltunnelServer();
  atTheEnd(server.close);
  // Nothing can be found on this path, so that nobody else is asked.
  const env = { HOOKSPOOL_TUNNEL_HOST: server.host, PATH: "/nowhere" };
  const run = await hookspool(["doctor", "--json"], { env });
  const details = Object.fromEntries(
    run
      .lines()
      .flatMap(({ name, status, detail }) =>
        /^tunnel /.test(String(name)) ? [[name, [status, detail]]] : [],
      ),
  );
  expect(details).toEqual({
    [`tunnel localtunnel ${server.host}`]: [
      "ok",
      expect.stringMatching(/^http:\/\/name-1\..* led here after \d\.\d s, there and back in \d+\.\d ms$/),
    ],
    "tunnel cloudflared": ["warning", expect.stringMatching(/not on the PATH: install it/)],
    "tunnel ngrok": ["warning", expect.stringMatching(/set NGROK_AUTHTOKEN/)],
    ...Object.fromEntries(
      ["srv.us", "localhost.run", "pinggy"].map((service) => [
        `tunnel ssh ${service}`,
        ["warning", "there is no ssh program on the PATH: install OpenSSH's client"],
      ]),
    ),
  });
  const offline = await hookspool(["doctor", "--offline"], { env });
  expect(offline.stdout).toContain("can be tried here");
  expect(server.registrations).toHaveLength(1);
});
