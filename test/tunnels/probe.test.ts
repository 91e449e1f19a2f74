import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { proofOf } from "../../src/core/probe.ts";
import { isLoopbackName } from "../../src/tunnels/_loopback.ts";
import { probeEndpoint } from "../../src/tunnels/_probe.ts";
import { probeSecret } from "../support/probed-front.ts";

let server: Server | undefined;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

async function listening(given: Server): Promise<string> {
  server = given;
  given.on("connection", (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => given.listen(0, "127.0.0.1", resolve));
  return `http://calm-fox.localhost:${(given.address() as AddressInfo).port}`;
}

const serving = (listener: RequestListener) => listening(createHttpServer(listener));
const probe = (endpoint: string, timeoutMs = 5_000) =>
  probeEndpoint({ endpoint, secret: probeSecret, timeoutMs });
const nonceOf = (url = "") => String(new URL(url, "http://x").searchParams.get("nonce"));

describe("an endpoint is ours", () => {
  test("when it answers with the proof", async () => {
    const nonces: string[] = [];
    const endpoint = await serving((request, response) => {
      nonces.push(nonceOf(request.url));
      expect(request.headers).toMatchObject({
        "bypass-tunnel-reminder": "1",
        "user-agent": "hookspool-probe",
        connection: "close",
        host: new URL(endpoint).host,
      });
      response.end(proofOf(nonceOf(request.url), probeSecret));
    });
    expect(await probe(endpoint)).toEqual({ found: "ours" });
    expect(await probe(`${endpoint}/`)).toEqual({ found: "ours" });
    expect(new Set(nonces).size).toBe(2);
    expect(nonces[0]).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("an endpoint is not ours", () => {
  const html = { "content-type": "text/html" };

  test.each<[string, RequestListener, string, RegExp]>([
    ["a stranger", (_, response) => response.end("hello"), "foreign", /^ALARM: .* by somebody else \(200\)/],
    [
      "a page in front",
      (_, response) => response.writeHead(200, html).end("<p>"),
      "foreign",
      /\(200 with a web page\)/,
    ],
    [
      "a page with 511",
      (_, response) => response.writeHead(511, html).end("<p>"),
      "foreign",
      /\(511 with a web page\)/,
    ],
    ["a redirect", (_, response) => response.writeHead(302, { location: "/" }).end(), "foreign", /\(302\)/],
    ["a log-in", (_, response) => response.writeHead(401).end(), "foreign", /\(401\)/],
    [
      "the proof of another secret",
      ({ url }, response) => response.end(proofOf(nonceOf(url), { ...probeSecret, key: "ff" })),
      "foreign",
      /\(200\)/,
    ],
    [
      "the proof of another question",
      (_, response) => response.end(proofOf("0123456789abcdef0123456789abcdef", probeSecret)),
      "foreign",
      /\(200\)/,
    ],
    [
      "the proof and more",
      ({ url }, response) => response.end(`${proofOf(nonceOf(url), probeSecret)}\n`),
      "foreign",
      /\(200\)/,
    ],
    ["an endless answer", (_, response) => flood(response), "foreign", /\(200\)/],
    [
      "a name not known",
      (_, response) => response.writeHead(404).end(),
      "gateway",
      /404: its server has no way/,
    ],
    ["a bad gateway", (_, response) => response.writeHead(502).end(), "gateway", /502/],
    ["a gateway's time-out", (_, response) => response.writeHead(504).end(), "gateway", /504/],
    ["a broken connection", ({ socket }) => socket.destroy(), "unreachable", /broke the connection off/],
    [
      "half an answer",
      (_, response) => response.write("x", () => response.destroy()),
      "unreachable",
      /broke the/,
    ],
  ])("%s", async (_case, listener, found, reason) => {
    expect(await probe(await serving(listener))).toEqual({ found, reason: expect.stringMatching(reason) });
  });

  test("silence", async () => {
    const endpoint = await listening(createServer());
    expect(await probe(endpoint, 100)).toMatchObject({
      found: "timed-out",
      reason: expect.stringContaining("within 0.1 s"),
    });
  });

  test("an answer that drips", async () => {
    const endpoint = await serving((_, response) => response.write("x"));
    expect(await probe(endpoint, 100)).toMatchObject({ found: "timed-out" });
  });

  test("nobody there", async () => {
    expect(await probe("http://calm-fox.localhost:1")).toMatchObject({
      found: "unreachable",
      reason: expect.stringContaining("refuses connections (ECONNREFUSED)"),
    });
  });

  test("no such name", async () => {
    expect(await probe("http://no-such-name.invalid")).toMatchObject({ found: "unreachable" });
  });
});

test("a probe that is aborted throws the reason", async () => {
  const endpoint = await listening(createServer());
  const abort = new AbortController();
  const probing = probeEndpoint({ endpoint, secret: probeSecret, signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(probing).rejects.toThrow("enough");
});

test.each([
  ["localhost", true],
  ["a.b.LOCALHOST", true],
  ["a.localhost.", true],
  ["notlocalhost", false],
  ["localhost.example", false],
])("%s is a loopback name: %s", (name, is) => expect(isLoopbackName(name)).toBe(is));

function flood(response: Parameters<RequestListener>[1]): void {
  const more = () => {
    while (!response.destroyed && response.write("x".repeat(10_000)));
  };
  response.on("drain", more);
  more();
}
