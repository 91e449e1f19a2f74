import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cloudflaredFailure } from "../../src/tunnels/_cloudflared-words.ts";
import { cloudflaredTunnel } from "../../src/tunnels/cloudflared.ts";
import { type CloudflareEdge, startCloudflareEdge } from "../support/cloudflare-edge.ts";
import { type ProbedFront, startProbedFront } from "../support/probed-front.ts";

let edge: CloudflareEdge;
let front: ProbedFront;

beforeEach(async () => {
  edge = await startCloudflareEdge();
  front = await startProbedFront();
  vi.stubEnv("CLOUDFLARED_BIN", edge.program);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await edge.close();
  await front.close();
});

const open = () =>
  cloudflaredTunnel.open({
    port: front.port,
    folder: "",
    project: "test",
    signal: new AbortController().signal,
  });

describe("says why there is no quick tunnel", () => {
  test.each([
    ["429", { kind: "refused", retryAfterMs: 300_000 }, /too many quick tunnels .* \(429, error 1015\)/],
    ["1101", { kind: "refused", retryAfterMs: 30_000 }, /is in trouble \(500, error 1101\)/],
  ] as const)("%s", async (answer, failure, words) => {
    edge.answer = answer;
    await expect(open()).rejects.toMatchObject({ ...failure, message: expect.stringMatching(words) });
  });

  test("nobody there", async () => {
    await edge.stop();
    await expect(open()).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("needs port 7844"),
    });
    await edge.start();
  });

  test("no such program", async () => {
    vi.stubEnv("CLOUDFLARED_BIN", "/nowhere/cloudflared");
    await expect(open()).rejects.toThrow("CLOUDFLARED_BIN names /nowhere/cloudflared, which cannot be run");
    expect(await cloudflaredTunnel.missing()).toContain("cannot be run");
    vi.stubEnv("CLOUDFLARED_BIN", "");
    vi.stubEnv("PATH", "/nowhere");
    expect(await cloudflaredTunnel.missing()).toMatch(/not on the PATH: install it/);
  });
});

test.each([
  [
    'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com on 127.0.0.11:53: no such host',
    "unreachable",
    /is this machine online/,
  ],
  ['ERR Couldn\'t start tunnel error="Unauthorized: Invalid tunnel secret"', "refused", /does not accept/],
  ["error parsing tunnel ID: couldn't find tunnel with name x", "refused", /not set up on this machine/],
  ["2026-11-21T10:00:00Z ERR something new", "broken", /^cloudflared ended: something new$/],
  ["", "broken", /^cloudflared ended$/],
])("%j is said in words", (line, kind, words) => {
  const { message, ...failure } = cloudflaredFailure(line === "" ? [] : [line], "ended");
  expect(failure).toMatchObject({ kind });
  expect(message).toMatch(words);
});

test("tells of a connection that breaks and that comes back", async () => {
  const tunnel = await open();
  const heard: (string | null)[] = [];
  tunnel.onConnection?.((broken) => heard.push(broken));
  await edge.stop();
  await vi.waitFor(
    () => expect(heard).toEqual([expect.stringMatching(/no connection to Cloudflare: /)]),
    3_000,
  );
  await edge.start();
  await vi.waitFor(() => expect(heard.at(-1)).toBe(null), 3_000);
  await tunnel.close();
});
