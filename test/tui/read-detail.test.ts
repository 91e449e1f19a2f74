import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { unidentified } from "../../src/core/delivery.ts";
import { undecided } from "../../src/core/verdict.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { SHOWN_BODY_BYTES } from "../../src/tui/body-lines.ts";
import { readDetail } from "../../src/tui/read-detail.ts";
import { TEN_O_CLOCK } from "../support/delivery.ts";

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hookspool-detail-"));
  store = openStore(directory);
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function keep(body: Uint8Array, job: string | null = null): Promise<number> {
  const intake = store.writer.openBody();
  await intake.write(body);
  const { id } = await store.writer.append({
    head: {
      receivedAt: TEN_O_CLOCK,
      origin: "captured",
      method: "POST",
      path: "/",
      httpVersion: "1.1",
      headers: [],
      peer: null,
    },
    body: await intake.finish(),
    identity: { ...unidentified, provider: "wazza", job },
    verification: undecided("no secret is known"),
    refusal: null,
    owed: true,
  });
  return id;
}

test("a small body is there at once", async () => {
  const id = await keep(new Uint8Array([1, 2, 3]));
  expect(readDetail(store.reader, id)).toMatchObject({
    body: new Uint8Array([1, 2, 3]),
    attempts: [],
    job: [],
  });
});

test("of a large one, the beginning is read", async () => {
  const id = await keep(new Uint8Array(5 * 1024 * 1024).fill(7));
  const detail = await readDetail(store.reader, id);
  expect(detail?.delivery.bytes).toBe(5 * 1024 * 1024);
  expect(detail?.body.length).toBe(SHOWN_BODY_BYTES);
});

test("every delivery of the job comes with it, oldest first", async () => {
  const first = await keep(new Uint8Array([1]), "job_1");
  await keep(new Uint8Array([2]), "job_2");
  const second = await keep(new Uint8Array([3]), "job_1");
  const detail = await readDetail(store.reader, second);
  expect(detail?.job.map(({ id }) => id)).toEqual([first, second]);
});

test("one that is gone is nothing", () => {
  expect(readDetail(store.reader, 99)).toBeNull();
});
