import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { bin, type Line, parseLines } from "../support/hookspool.ts";

const DELIVERIES = 7_000;
const SENDERS = 24;

test("a reader that stops reading stops nothing, and misses nothing when it reads on", {
  timeout: 60_000,
}, async () => {
  const handler = createServer((incoming, answer) => {
    incoming.resume().on("end", () => answer.end());
  });
  handler.listen(0, "127.0.0.1");
  await once(handler, "listening");
  atTheEnd(() => void handler.close().closeAllConnections());
  const target = String((handler.address() as AddressInfo).port);

  const args = [bin, target, "--tunnel", "none", "--json", "--dir", temporaryFolder()];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  atTheEnd(() => void child.kill("SIGKILL"));
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  const [ready] = parseLines(first.toString());
  const port = new URL(String(ready?.local)).port;

  child.stdout.pause();
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  let sent = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (sent < DELIVERIES) {
        sent += 1;
        await post(port, agent);
      }
    }),
  );
  agent.destroy();

  const lines: Line[] = [];
  const heard = new Promise<void>((resolve) => {
    let attempts = 0;
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (line.type === "attempt") attempts += 1;
      if (attempts === DELIVERIES) resolve();
    });
  });
  child.stdout.resume();
  await heard;
  child.kill("SIGINT");
  await once(child, "close");

  const ids = (type: string, key: string) =>
    lines.filter((line) => line.type === type).map((line) => line[key]);
  const all = Array.from({ length: DELIVERIES }, (_, i) => i + 1);
  expect(ids("delivery", "id")).toEqual(all);
  expect((ids("attempt", "delivery") as number[]).sort((a, b) => a - b)).toEqual(all);
});

function post(port: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", method: "POST", path: "/", agent }, (answer) => {
      expect(answer.statusCode).toBe(200);
      answer.resume().on("end", resolve);
    })
      .on("error", reject)
      .end("{}");
  });
}
