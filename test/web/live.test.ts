import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { LiveMessage } from "../../src/web/protocol.ts";
import { startListen } from "../support/hookspool.ts";
import { ask, post } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

const COUNT = 1_500;

/** Everything that a tab has been told of, whether it was told once or several times. */
async function openTab(inspector: URL, cursor: string) {
  const token = new URLSearchParams(inspector.hash.slice(1)).get("token") ?? "";
  const socket = new WebSocket(`ws://${inspector.host}/live?${cursor}`, ["hookspool", `token.${token}`], {
    origin: inspector.origin,
  });
  const told = new Map<number, number | null>();
  let mustLookAnew = false;
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as LiveMessage;
    if (message.type === "restart") mustLookAnew = true;
    if (message.type !== "changes") return;
    for (const { id, lastStatus } of message.deliveries) told.set(id, lastStatus);
  });
  await once(socket, "open");
  return { socket, told, mustLookAnew: () => mustLookAnew };
}

test("a tab that sleeps holds nobody up, and is told everything when it wakes", {
  timeout: 60_000,
}, async () => {
  const handler = await startHandler();
  const listening = await startListen(handler.port, ["--inspector", "0"]);
  const inspector = new URL(String((await listening.line(({ type }) => type === "ready")).inspector));
  const awake = await openTab(inspector, "delivery=0&attempt=0");
  const asleep = await openTab(inspector, "delivery=0&attempt=0");
  // It reads nothing any more, as the network of a frozen tab does not.
  asleep.socket.pause();
  const bodies = Array.from({ length: COUNT }, (_, i) => i);
  const filler = "x".repeat(300);
  while (bodies.length > 0)
    await Promise.all(bodies.splice(0, 50).map((i) => ask(listening.port, post(`/${i}?${filler}`, "x"))));
  await listening.attempt(COUNT);
  await expect.poll(() => awake.told.get(COUNT)).toBe(200);
  expect(awake.told.size).toBe(COUNT);
  expect(asleep.told.size).toBeLessThan(COUNT);

  asleep.socket.resume();
  // What it missed comes as ever; where that is very much, it is told to look anew.
  await expect.poll(() => asleep.told.size === COUNT || asleep.mustLookAnew()).toBe(true);
  asleep.socket.terminate();
  awake.socket.terminate();
});
