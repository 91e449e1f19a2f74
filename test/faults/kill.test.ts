import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { startListen } from "../support/hookspool.ts";
import { openConnection, post } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

const ROUNDS = 50;
const SENDERS = 24;

/** Of all bodies, one in this many is a file. */
const LARGE_EVERY = 20;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("kill -9 at any moment loses nothing that was answered or handed on", { timeout: 150_000 }, async () => {
  const dir = temporaryFolder();
  const handler = await startHandler(undefined, { forgetBodies: true });
  /** The body of every delivery whose sender read an answer, by path. */
  const answered = new Map<string, string>();
  let answers = 0;

  /** Sends one delivery after the other until the connection is cut. */
  async function send(port: number, round: number, sender: number) {
    const connection = await openConnection(port).catch(() => undefined);
    for (let i = 0; connection; i += 1) {
      const path = `/${round}/${sender}/${i}`;
      const body = randomBytes((i + sender) % LARGE_EVERY === 0 ? INLINE_BODY_BYTES + 1 : 500);
      const answer = connection.answer();
      connection.send(post(path, body));
      try {
        await answer;
      } catch {
        return connection.close();
      }
      answered.set(path, sha256(body));
      answers += 1;
    }
  }

  for (let round = 1; round <= ROUNDS; round += 1) {
    const listening = await startListen(handler.port, [], { dir });
    const senders = Array.from({ length: SENDERS }, (_, sender) => send(listening.port, round, sender));
    const moment = randomBytes(1).readUInt8() * 1.2;
    setTimeout(() => listening.signal("SIGKILL"), moment);
    expect(await listening.exited).toBe("SIGKILL");
    await Promise.all(senders);

    const store = openStore(dir);
    expect(store.integrity()).toBe("ok");
    const kept = new Map(
      store.reader
        .list({}, { limit: 1_000_000 })
        .filter(({ path }) => path.startsWith(`/${round}/`))
        .map(({ path, id }) => [path, id]),
    );
    for (const [path, digest] of answered) {
      const id = kept.get(path) ?? 0;
      expect([path, store.reader.delivery(id)?.digest]).toEqual([path, digest]);
      expect(sha256(store.reader.body(id)?.bytes() ?? Buffer.alloc(0))).toBe(digest);
    }
    answered.clear();
    await store.close();
  }

  // At the end, since a handler may read what it was sent after its sender has died.
  const store = openStore(dir);
  const kept = new Set(store.reader.list({}, { limit: 1_000_000 }).map(({ path }) => path));
  const handedOn = handler.requests.map(({ start }) => start.split(" ")[1] ?? "");
  expect(handedOn.filter((path) => !kept.has(path))).toEqual([]);
  await store.close();
  // Rounds in which nothing happened would prove nothing.
  expect(answers).toBeGreaterThan(ROUNDS * SENDERS);
});
