import { expect, test } from "vitest";
import { atTheEnd } from "../support/cleanup.ts";
import { hookspool, startRunning } from "../support/hookspool.ts";
import { startLocaltunnelServer } from "../support/localtunnel-server.ts";
import { ask, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

test("a thousand deliveries at once through the ten connections of a localtunnel are all answered", {
  timeout: 60_000,
}, async () => {
  const handler = await startHandler();
  const server = await startLocaltunnelServer();
  atTheEnd(() => server.close());
  const words = [String(handler.port), "--tunnel", "localtunnel", "--tunnel-host", server.host];
  const running = startRunning([...words, "--concurrency", "8"]);
  const { endpoint } = await running.line(({ type }) => type === "ready");
  const { host, port } = new URL(String(endpoint));

  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      ask(
        Number(port),
        `POST /${i} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`,
      ),
    ),
  );
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[statusOf(answer)] = (counts[statusOf(answer)] ?? 0) + 1;
  // The server itself gives up after a while on what finds no connection: 504. Nothing of ours turns any away.
  expect(Object.keys(counts).filter((status) => !["200", "504"].includes(status))).toEqual([]);
  expect(counts[200]).toBeGreaterThan(200);
  expect(running.lines.filter(({ type }) => type === "turned-away")).toEqual([]);
  await running.stop();
  const kept = (await hookspool(["ls", "--json", "--limit", "2000"], running)).lines();
  expect(kept.filter(({ lastStatus }) => lastStatus === 200).length).toBeGreaterThanOrEqual(counts[200] ?? 0);
  expect(kept.filter(({ owed }) => owed)).toEqual([]);
});
