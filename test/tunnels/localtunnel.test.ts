import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lookup } from "../../src/tunnels/_loopback.ts";
import { localtunnelTunnel } from "../../src/tunnels/localtunnel.ts";
import { type LocaltunnelServer, startLocaltunnelServer } from "../support/localtunnel-server.ts";
import { type ProbedFront, startProbedFront } from "../support/probed-front.ts";
import { clientsOf, isAlive } from "./client-processes.ts";

let server: LocaltunnelServer;
let front: ProbedFront;

beforeEach(async () => {
  server = await startLocaltunnelServer();
  front = await startProbedFront();
});

afterEach(async () => {
  await server.close();
  await front.close();
});

const kept = { folder: "", project: "test" };
const open = (subdomain?: string, signal = new AbortController().signal) =>
  localtunnelTunnel.open({ port: front.port, host: server.host, subdomain, signal, ...kept });

describe("an open tunnel", () => {
  test("has the URL and the name that the server gave", async () => {
    const tunnel = await open("calm-fox");
    expect(tunnel).toMatchObject({ url: server.host.replace("//", "//calm-fox."), subdomain: "calm-fox" });
    await tunnel.close();
  });

  test.each([
    ["a binary body", { "content-type": "application/octet-stream" }, randomBytes(64 * 1024)],
    ["bytes that are no UTF-8", {}, Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0d, 0x0a])],
    ["no body", { "content-length": "0" }, Buffer.alloc(0)],
    ["a chunked body", { "transfer-encoding": "chunked" }, randomBytes(100_000)],
    ["5 MB", {}, randomBytes(5 * 1024 * 1024)],
  ])("carries %s unchanged there and back", async (_case, headers, body) => {
    const tunnel = await open();
    const answer = await post(tunnel.url, { headers: { "X-Mixed-Case": "1", ...headers }, body });
    expect(answer.equals(body)).toBe(true);
    const [arrived] = front.requests;
    expect(arrived?.body.equals(body)).toBe(true);
    expect(arrived?.url).toBe("/hooks?x=%20a&x=b");
    expect(arrived?.rawHeaders).toContain("X-Mixed-Case");
    expect(arrived?.rawHeaders).toContain(new URL(tunnel.url).host);
    await tunnel.close();
  });

  test.each([
    ["a connection for each", false],
    ["connections kept", true],
  ])("carries 1,000 deliveries, 10 at a time, %s", async (_case, keepAlive) => {
    const tunnel = await open();
    const agent = new Agent({ keepAlive, maxSockets: 10 });
    const bodies = Array.from({ length: 1_000 }, (_, i) => Buffer.from(`delivery ${i} \xff`, "latin1"));
    const answers = await Promise.all(bodies.map((body) => post(tunnel.url, { body, agent })));
    expect(answers).toEqual(bodies);
    expect(front.requests).toHaveLength(1_000);
    agent.destroy();
    await tunnel.close();
  });

  test("is lost when the server restarts", async () => {
    const tunnel = await open();
    await server.restart();
    expect(await tunnel.lost).toMatch(/no longer takes our connections|broke off/);
    await tunnel.close();
  });

  test("is lost when its client is killed", async () => {
    const tunnel = await open();
    for (const pid of clientsOf(process.pid)) process.kill(pid, "SIGKILL");
    expect(await tunnel.lost).toBe("the localtunnel client ended (SIGKILL)");
    await tunnel.close();
  });

  test("does not spin where the server takes connections only to close them", async () => {
    server.slams = true;
    const tunnel = await open();
    await tunnel.lost;
    // Ten connections, and ten more after each pause, until the server has given the tunnel up.
    expect(server.joins).toBeLessThanOrEqual(50);
    await tunnel.close();
  });

  test("takes no connection's time-out for an answer", async () => {
    await front.close();
    front = await startProbedFront({ headersTimeout: 100 });
    const tunnel = await open();
    await vi.waitFor(() => expect(server.joins).toBeGreaterThan(10), { timeout: 10_000 });
    expect((await post(tunnel.url, { body: Buffer.from("late") })).toString()).toBe("late");
    expect(server.unasked).toEqual([]);
    await tunnel.close();
  });

  test("does not take the rest of a broken request for another one", async () => {
    const tunnel = await open();
    const { hostname, port } = new URL(tunnel.url);
    const socket = connect({ host: hostname, port: Number(port), lookup });
    socket.on("error", () => {});
    const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    socket.write(`POST /break HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000\r\n\r\n`);
    socket.write("x".repeat(100));
    await front.broke;
    socket.write(smuggled);
    await once(socket, "close");
    expect(front.requests.map(({ url }) => url)).not.toContain("/smuggled");
    await tunnel.close();
  });
});

test.runIf(process.platform === "linux")("the client's process knows no secrets", async () => {
  vi.stubEnv("HOOKSPOOL_SECRET_WAVESPEED", "whsec_secret");
  vi.stubEnv("NODE_EXTRA_CA_CERTS", "/nowhere.pem");
  const tunnel = await open();
  const [pid] = clientsOf(process.pid);
  const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
  expect(environment).toContain("NODE_EXTRA_CA_CERTS=/nowhere.pem");
  expect(environment).not.toContain("whsec_secret");
  vi.unstubAllEnvs();
  await tunnel.close();
});

describe("leaves no process behind", () => {
  test("when closed, however often", async () => {
    const tunnel = await open();
    const [pid] = clientsOf(process.pid);
    const start = performance.now();
    await Promise.all([tunnel.close(), tunnel.close()]);
    await tunnel.close();
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(isAlive(Number(pid))).toBe(false);
  });

  test("when the server gives no tunnel", async () => {
    server.answer = { kind: "plain", status: 503 };
    await expect(open()).rejects.toThrow("is in trouble (503)");
    expect(clientsOf(process.pid)).toEqual([]);
  });

  test("when opening is aborted", async () => {
    server.answer = { kind: "hang" };
    const abort = new AbortController();
    const opening = open(undefined, abort.signal);
    await once(server.events, "registration");
    abort.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
    expect(clientsOf(process.pid)).toEqual([]);
  });

  test("when its parent is killed", async () => {
    const script = fileURLToPath(new URL("../support/open-tunnel.ts", import.meta.url));
    const parent = spawn(process.execPath, [script, server.host, String(front.port)], { stdio: "pipe" });
    await once(parent.stdout, "data");
    const [pid] = clientsOf(Number(parent.pid));
    expect(isAlive(Number(pid))).toBe(true);
    parent.kill("SIGKILL");
    await vi.waitFor(() => expect(isAlive(Number(pid))).toBe(false), { timeout: 5_000 });
  });
});

describe("says why there is no tunnel", () => {
  const plain = (status: number, body = "", headers = "") =>
    ({ kind: "plain", status, body, headers }) as const;

  test.each([
    [
      "too often",
      plain(429, "", "Retry-After: 7\r\n"),
      { kind: "refused", retryAfterMs: 7_000 },
      "asked too often (429)",
    ],
    [
      "a name it does not give",
      plain(403, '{"message":"Invalid subdomain."}'),
      { kind: "refused" },
      'does not give the name "calm-fox" (403: Invalid subdomain.)',
    ],
    ["in trouble", plain(502, "<html>Bad gateway</html>"), { kind: "refused" }, "is in trouble (502)"],
    [
      "moved house",
      plain(301, "", "Location: https://b.example/\r\n"),
      { kind: "refused" },
      "on to https://b.example/",
    ],
    [
      "a web page",
      plain(200, "<html>Hello</html>"),
      { kind: "refused" },
      "with a web page: is it a localtunnel server?",
    ],
    ["other JSON", plain(200, '{"id":7}'), { kind: "refused" }, "something that describes no tunnel"],
  ])("%s", async (_case, answer, failure, words) => {
    server.answer = answer;
    await expect(open("calm-fox")).rejects.toMatchObject({
      ...failure,
      message: expect.stringContaining(words),
    });
    expect(server.registrations).toEqual(["calm-fox"]);
  });

  test("nobody there", async () => {
    await server.close();
    await expect(open()).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("refuses connections (ECONNREFUSED)"),
    });
  });

  test("not a URL", async () => {
    const opening = localtunnelTunnel.open({
      port: 1,
      host: "ftp://x",
      signal: new AbortController().signal,
      ...kept,
    });
    await expect(opening).rejects.toThrow('"ftp://x" is not the URL of a localtunnel server');
  });
});

interface Post {
  readonly body: Buffer;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

function post(url: string, { body, headers = {}, agent }: Post): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/hooks?x=%20a&x=b`, {
      method: "POST",
      headers,
      agent: agent ?? false,
      lookup,
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => buffer(response).then(resolve, reject));
    outgoing.end(body);
  });
}
