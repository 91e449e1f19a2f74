import { createHash, randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { DATABASE_BODY_BYTES } from "../../src/store/body-groups.ts";
import { openStore } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { type Listening, startListen } from "../support/hookspool.ts";
import { openConnection, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";
import { createDisk, type Recorded, readRecord, type Survival } from "./durable-files.ts";
import { extent } from "./extent.ts";
import { buildLibrary, noPreloading } from "./preloaded.ts";
import { seededChance } from "./seeded-chance.ts";

if (noPreloading) console.warn(`Loss of power is not tested: ${noPreloading}.`);

/** At so many moments the power goes, of all syncs that there were. */
const MOMENTS = extent(30, Number.POSITIVE_INFINITY);

/** Besides losing all that was not synced, and losing nothing: so many random parts of it. */
const RANDOM_PARTS = extent(2, 4);

const SENDERS = 6;

/** Of all bodies, some are alone in a file, some share one, most are in the database. */
function sizeOf(nth: number): number {
  if (nth % 40 === 5) return INLINE_BODY_BYTES + randomInt(9_999);
  return nth % 7 === 3 ? DATABASE_BODY_BYTES + randomInt(99_999) : randomInt(30_000);
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test.skipIf(noPreloading)(
  "the power goes at any moment: the database opens, and holds what was acknowledged or handed on",
  { timeout: extent(60_000, 590_000) },
  async () => {
    const root = temporaryFolder();
    const dir = join(root, "data");
    const record = join(temporaryFolder(), "record");
    const env = { LD_PRELOAD: buildLibrary("record-writes"), RECORD_UNDER: root, RECORD_TO: record };
    const handler = await startHandler(
      (socket, { start }) => {
        const path = start.split(" ")[1] ?? "";
        socket.write(`HTTP/1.1 200 OK\r\nX-Path: ${path}\r\nContent-Length: 0\r\n\r\n`);
      },
      { forgetBodies: true },
    );
    /** The digest of everything that was sent, by path. */
    const digests = new Map<string, string>();
    let sent = 0;

    async function send(listening: Listening, until: number) {
      const connection = await openConnection(listening.port);
      while (performance.now() < until) {
        sent += 1;
        const path = `/${sent}`;
        const body = randomBytes(sizeOf(sent));
        digests.set(path, sha256(body));
        const answer = connection.answer();
        connection.send(post(path, body));
        const received = await answer.catch(() => undefined);
        if (!received) break;
        expect(statusOf(received)).toBe(200);
        await wait(10);
      }
      connection.close();
    }

    async function run(ms: number, end: (listening: Listening) => void) {
      const listening = await startListen(handler.port, [], { dir, env });
      const until = performance.now() + ms;
      const senders = Array.from({ length: SENDERS }, () => send(listening, until + 500));
      await wait(ms);
      end(listening);
      await Promise.all([listening.exited, ...senders]);
    }

    // Long enough for the log to be moved into the database under load.
    await run(2_500, (listening) => listening.signal("SIGKILL"));
    await run(300, (listening) => listening.signal("SIGINT"));
    await run(300, (listening) => listening.signal("SIGKILL"));

    const recorded = readRecord(record);
    const { moments, problems } = await replay(root, recorded, digests);
    expect(problems).toEqual([]);
    console.info(
      `Loss of power: ${recorded.length} recorded steps of ${sent} deliveries, ${moments} states of the disk, ` +
        "each opened and whole",
    );
  },
);

/** Lets the power go again and again, and says what was then missing. */
async function replay(root: string, recorded: readonly Recorded[], digests: ReadonlyMap<string, string>) {
  const disk = createDisk(root);
  const chance = seededChance(4);
  const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : temporaryFolder(), "power-"));
  atTheEnd(() => rmSync(scratch, { recursive: true, force: true }));
  const syncs = recorded.filter(({ kind }) => kind === "synced").length;
  const promised = new Set<string>();
  const problems: string[] = [];
  let moments = 0;

  async function look(what: string, unsynced: Survival) {
    moments += 1;
    const folder = join(scratch, String(moments));
    disk.writeTo(folder, unsynced);
    try {
      for (const problem of await missing(folder, promised, digests)) problems.push(`${what}: ${problem}`);
    } catch (error) {
      problems.push(`${what}: ${String(error)}`);
    }
    rmSync(folder, { recursive: true });
  }

  for (const [step, one] of recorded.entries()) {
    if (one.kind === "sent") for (const path of promisesIn(one.bytes)) promised.add(path);
    if (one.kind === "synced" && chance() < MOMENTS / syncs) {
      // Just before the sync counts: all that was promised since the last one must stand without it.
      await look(`step ${step}, nothing unsynced`, "none");
      for (let i = 0; i < RANDOM_PARTS; i += 1) await look(`step ${step}, a part`, chance);
    }
    disk.take(one);
    if (problems.length > 10) break;
  }
  await look("the end, all of it", "all");
  return { moments, problems };
}

/** Which deliveries an answer to a sender, or a request to the handler, shows to have been kept. */
function promisesIn(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  return [...text.matchAll(/^POST (\/\d+) HTTP|^X-Path: (\/\d+)\r$/gm)].map(([, a, b]) => a ?? b ?? "");
}

async function missing(folder: string, promised: ReadonlySet<string>, digests: ReadonlyMap<string, string>) {
  const store = openStore(join(folder, "data"));
  try {
    const integrity = store.integrity();
    if (integrity !== "ok") return [integrity];
    const found = new Map(store.reader.deliveriesAfter(0, 100_000).map(({ path, id }) => [path, id]));
    const ids = [...promised].map((path) => ({ path, id: found.get(path) ?? 0 }));
    return ids
      .filter(({ path, id }) => {
        const body = store.reader.body(id)?.bytes();
        return !body || sha256(body) !== digests.get(path);
      })
      .map(({ path }) => `${path} is missing`);
  } finally {
    await store.close();
  }
}
