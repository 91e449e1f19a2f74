import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

const PAGE = 8192;
const COUNT = 60;

async function filled() {
  const dir = temporaryFolder();
  const store = openStore(dir);
  for (let i = 0; i < COUNT; i += 1) await store.writer.append(newDelivery({ body: randomBytes(2_000) }));
  await store.close();
  return dir;
}

/** The last pages hold the bodies of some. */
function damage(dir: string) {
  const file = join(dir, "hookspool.db");
  const content = readFileSync(file);
  content.set(randomBytes(2 * PAGE), content.length - 2 * PAGE);
  writeFileSync(file, content);
}

/** The first delivery that cannot be read any more. */
async function unreadable(dir: string): Promise<string> {
  const { reader, close } = openStore(dir);
  try {
    for (let id = 1; id <= COUNT; id += 1) {
      try {
        reader.body(id);
      } catch {
        return String(id);
      }
    }
    throw new Error("all can be read");
  } finally {
    await close();
  }
}

test("a damaged database is said to be, and what can be read of it is saved", {
  timeout: 60_000,
}, async () => {
  const dir = await filled();
  damage(dir);
  const shown = await hookspool(["show", await unreadable(dir)], { dir });
  expect(shown.code).toBe(5);
  expect(shown.stderr).toMatch(/its database is damaged .* \(E_DAMAGED_DATA\)\. .*hookspool doctor --repair/);
  const doctor = await hookspool(["doctor", "--offline"], { dir });
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toMatch(/run "hookspool doctor --repair"/i);

  const repaired = await hookspool(["doctor", "--repair", "--json"], { dir });
  const [report] = repaired.lines() as unknown as { saved: number; lost: unknown[]; damaged: boolean }[];
  expect(report?.damaged).toBe(true);
  expect(report?.saved).toBeGreaterThan(COUNT / 2);
  expect((report?.saved ?? 0) + (report?.lost.length ?? 0)).toBe(COUNT);
  expect(repaired.code).toBe(1);
  expect((await hookspool(["ls", "--json", "--limit", "100"], { dir })).lines()).toHaveLength(
    report?.saved ?? 0,
  );
  const again = await hookspool(["doctor", "--repair"], { dir });
  expect([again.code, again.stderr]).toEqual([0, "Nothing is damaged.\n"]);

  const handler = await startHandler();
  const listening = await startListen(handler.port, [], { dir });
  expect(statusOf(await ask(listening.port, post("/", "x")))).toBe(200);
  expect(listening.lines).toContainEqual(expect.objectContaining({ type: "delivery", id: COUNT + 1 }));
  await listening.stop();
});

test("what is damaged while a process captures into it is not touched", async () => {
  const dir = await filled();
  const handler = await startHandler();
  const listening = await startListen(handler.port, [], { dir });
  damage(dir);
  const { code, stderr } = await hookspool(["doctor", "--repair"], { dir });
  expect(code).toBe(5);
  expect(stderr).toContain(`process ${listening.pid} captures into the data directory`);
  await listening.stop();
});
