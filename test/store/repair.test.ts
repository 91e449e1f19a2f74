import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { pagesBehindDamage } from "../../src/store/log-frames.ts";
import { repairStore } from "../../src/store/repair.ts";
import { databaseFile, openStore } from "../../src/store/store.ts";
import { seededChance } from "../faults/seeded-chance.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

const PAGE = 8192;
const NOW = 1_795_255_200_000;
const COUNT = 120;

/** A data directory with all kinds of deliveries, of which the last ten have been forgotten. */
const template = mkdtempSync(join(temporaryFolder(), "template-"));
let expected: unknown[] = [];

async function read(dir: string) {
  const { reader, integrity, close } = openStore(dir);
  expect(integrity()).toBe("ok");
  const all = reader.deliveriesAfter(0, 1_000).map(({ id }) => ({
    delivery: reader.delivery(id),
    body: Buffer.from(reader.body(id)?.bytes() ?? []).toString("base64"),
    attempts: reader.attempts(id),
  }));
  await close();
  return all;
}

beforeAll(async () => {
  const store = openStore(template);
  for (let i = 1; i <= COUNT + 10; i += 1) {
    const body = randomBytes(i % 21 === 0 ? 50_000 : i % 3 === 0 ? 20_000 : 400);
    const head = { path: `/é/${i}?x`, receivedAt: NOW + i };
    const identity = { provider: "fal", job: `job ${i}`, dedupeKey: i % 2 === 0 ? `key ${i}` : null };
    const intake = store.writer.openBody();
    if (i % 40 === 0) await intake.write(randomBytes(INLINE_BODY_BYTES + i));
    await store.writer.append({
      ...newDelivery({ head, body, identity }),
      ...(i % 40 === 0 ? { body: await intake.finish() } : {}),
    });
    if (i % 2 === 0) await store.writer.appendAttempt(newAttempt(i, i % 4 === 0 ? 200 : null));
  }
  store.forget(Array.from({ length: 10 }, (_, i) => COUNT + 1 + i));
  store.remember("target", "http://localhost:3000");
  await store.close();
  expected = await read(template);
});

/** A copy to damage. */
function copy(from = template): string {
  const dir = mkdtempSync(join(temporaryFolder(), "data-"));
  cpSync(from, dir, { recursive: true, filter: (path) => !path.endsWith("-shm") });
  return dir;
}

function overwrite(dir: string, page: number, bytes: Uint8Array = randomBytes(PAGE), at = 0) {
  const file = databaseFile(dir);
  const content = readFileSync(file);
  content.set(bytes, (page - 1) * PAGE + at);
  writeFileSync(file, content);
}

const repair = (dir: string) => repairStore(dir, { now: NOW, refuseIfUsed: () => {} });

test("what is not damaged is all saved, with numbers that go on from the last", async () => {
  const dir = copy();
  expect(await repair(dir)).toMatchObject({ saved: COUNT, lost: [] });
  expect(await read(dir)).toEqual(expected);
  const store = openStore(dir);
  expect(store.recall("target")).toBe("http://localhost:3000");
  expect(await store.writer.append(newDelivery())).toMatchObject({ id: COUNT + 11 });
  await store.close();
});

test.each([
  ["the file's header", 0, 100],
  ["the schema", 100, PAGE - 100],
  ["the whole first page", 0, PAGE],
])("with %s gone, every delivery is saved all the same", async (_case, at, length) => {
  const dir = copy();
  overwrite(dir, 1, randomBytes(length), at);
  const { lost } = await repair(dir);
  // Without the header nothing says which pages are free: what had been forgotten comes up again.
  expect(lost.filter(({ id }) => id <= COUNT)).toEqual([]);
  const found = await read(dir);
  expect(found).toEqual(expect.arrayContaining(expected));
});

test("whatever page is damaged, what is saved is as it was, and what is lost is named", async () => {
  const pages = statSync(databaseFile(template)).size / PAGE;
  const chance = seededChance(7);
  let saved = 0;
  const rounds = 20;
  for (let round = 0; round < rounds; round += 1) {
    const dir = copy();
    const page = 2 + Math.floor(chance() * (pages - 1));
    overwrite(dir, page, round % 2 === 0 ? new Uint8Array(PAGE) : randomBytes(PAGE));
    const report = await repair(dir);
    const found = await read(dir);
    expect(report.saved).toBe(found.length);
    saved += found.length;
    const byId = new Map(
      (expected as { delivery: { id: number } }[]).map((one) => [one.delivery.id, one] as const),
    );
    for (const one of found) {
      const { delivery, body } = byId.get(one.delivery?.id ?? 0) as unknown as (typeof found)[number];
      expect({ delivery: one.delivery, body: one.body }).toEqual({ delivery, body });
    }
    // A page of rows may be gone without a trace in another table only where both tables lost theirs.
    expect(found.length + report.lost.length).toBe(COUNT);
    if (report.lost.length > 0) expect(existsSync(join(report.keptIn, "lost.jsonl"))).toBe(true);
  }
  expect(saved / rounds).toBeGreaterThan(COUNT * 0.9);
});

test("a body that is not what arrived is not taken for it", async () => {
  const dir = copy();
  const [file = ""] = readdirSync(join(dir, "bodies"));
  writeFileSync(join(dir, "bodies", file), "something else");
  const report = await repair(dir);
  expect(report).toMatchObject({ saved: COUNT - 1, lost: [{ provider: "fal", why: "its body is damaged" }] });
  expect(readdirSync(join(report.keptIn, "bodies"))).toEqual([file]);
  expect(readdirSync(join(dir, "bodies"))).not.toContain(file);
});

test("what is no database of ours is left as it is", async () => {
  const dir = copy();
  writeFileSync(databaseFile(dir), "This is a letter, not a database. ".repeat(5_000));
  const before = readdirSync(dir);
  await expect(repair(dir)).rejects.toMatchObject({ code: "E_NOT_REPAIRABLE", exitCode: 5 });
  expect(readdirSync(dir)).toEqual(before);
});

describe("a log", () => {
  /** A data directory as a kill leaves it: twenty deliveries stand in the log only. */
  async function killed() {
    const dir = copy();
    const store = openStore(dir, { checkpoints: "elsewhere" });
    for (let i = 0; i < 20; i += 1) await store.writer.append(newDelivery({ body: randomBytes(3_000) }));
    const left = copy(dir);
    await store.close();
    return left;
  }

  const frameAt = (n: number) => 32 + n * (24 + PAGE);

  test("that is torn at its end opens with what stands before, and nothing is to be repaired", async () => {
    const dir = await killed();
    const log = `${databaseFile(dir)}-wal`;
    const content = readFileSync(log);
    const rng = seededChance(3);
    for (let i = 0; i < 20; i += 1) {
      const torn = copy(dir);
      writeFileSync(`${databaseFile(torn)}-wal`, content.subarray(0, Math.floor(rng() * content.length)));
      expect(pagesBehindDamage(databaseFile(torn))).toBe(0);
      expect((await read(torn)).length).toBeGreaterThanOrEqual(COUNT);
    }
  });

  test.each([
    ["one frame", frameAt(2) + 100],
    ["one frame's head", frameAt(2) + 4],
    ["its own head", 4],
  ])("with %s damaged is read behind the damage, too", async (_case, at) => {
    const dir = await killed();
    const log = `${databaseFile(dir)}-wal`;
    const content = readFileSync(log);
    content.set(randomBytes(16), at);
    writeFileSync(log, content);
    if (at > 32) expect(pagesBehindDamage(databaseFile(dir))).toBeGreaterThan(10);
    const { saved, lost } = await repair(dir);
    expect(saved + lost.length).toBe(COUNT + 20);
    expect(lost.length).toBeLessThan(3);
    await read(dir);
  });
});
