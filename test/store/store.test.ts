import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CapturedBody, INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { DATABASE_BODY_BYTES } from "../../src/store/body-groups.ts";
import { openDatabase } from "../../src/store/sqlite.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

function store(dir = temporaryFolder()): Store & { readonly dir: string } {
  const opened = openStore(dir);
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= opened.close());
  atTheEnd(close);
  return Object.assign(Object.create(opened) as Store, { dir, close });
}

async function takeBody(store: Store, bytes: Uint8Array): Promise<CapturedBody> {
  const intake = store.writer.openBody();
  for (let at = 0; at < bytes.length; at += 65_536) await intake.write(bytes.subarray(at, at + 65_536));
  return intake.finish();
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bodyFiles = (dir: string) => (existsSync(join(dir, "bodies")) ? readdirSync(join(dir, "bodies")) : []);
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("a store that is opened again has all that was in it", async () => {
  const first = store();
  const large = randomBytes(INLINE_BODY_BYTES + 1);
  const head = {
    path: "/a//%2F?x=\xe9",
    headers: [
      ["X-a", "\xff"],
      ["x-A", ""],
    ] as const,
  };
  await first.writer.append(newDelivery({ head, body: "caf\xe9" }));
  await first.writer.append({ ...newDelivery(), body: await takeBody(first, large) });
  await first.writer.appendAttempt(newAttempt(1, 500));
  await first.writer.appendAttempt(newAttempt(1, 201));
  first.remember("target", "http://localhost:3000");
  await first.close();

  const { reader, recall, integrity } = store(first.dir);
  expect(reader.delivery(1)).toMatchObject({ ...head, owed: false, attempts: 2, lastStatus: 201 });
  expect(reader.body(1)?.bytes()).toEqual(new Uint8Array(Buffer.from("caf\xe9")));
  expect(sha256(reader.body(2)?.bytes() ?? Buffer.alloc(0))).toBe(sha256(large));
  expect(reader.delivery(2)?.digest).toBe(sha256(large));
  expect(reader.attempts(1).map(({ number, status }) => [number, status])).toEqual([
    [1, 500],
    [2, 201],
  ]);
  expect(reader.attempts(1)[0]?.response).toMatchObject({
    statusText: "Fine",
    headers: [["X-A", "é"]],
    bytes: 6,
  });
  expect(recall("target")).toBe("http://localhost:3000");
  expect(integrity()).toBe("ok");
});

test("numbers ascend from 1 and are never used twice", async () => {
  const { writer, forget } = store();
  await Promise.all([writer.append(newDelivery()), writer.append(newDelivery())]);
  forget([1, 2]);
  expect(await writer.append(newDelivery())).toMatchObject({ id: 3 });
});

test.each([
  [[200], false],
  [[204], false],
  [[299], false],
  [[199], true],
  [[301], true],
  [[500], true],
  [[null], true],
  [[null, 500, 200], false],
  [[200, 500], false],
])("after the answers %j a delivery is owed: %s", async (answers, owed) => {
  const { writer, reader } = store();
  await writer.append(newDelivery());
  for (const status of answers) await writer.appendAttempt(newAttempt(1, status));
  expect(reader.delivery(1)).toMatchObject({ owed, attempts: answers.length, lastStatus: answers.at(-1) });
  expect(reader.attempts(1).map(({ number }) => number)).toEqual(answers.map((_, i) => i + 1));
  expect(reader.list({ owed: true }, { limit: 9 })).toHaveLength(owed ? 1 : 0);
});

test("what was turned away is not owed", async () => {
  const { writer, reader } = store();
  await writer.append(newDelivery({ refusal: "body-too-large", owed: false }));
  expect(reader.counts()).toEqual({ deliveries: 1, owed: 0 });
});

test("a redelivery names the first of its provider with the same key", async () => {
  const { writer } = store();
  const sent = [
    { provider: "fal", dedupeKey: "a" },
    { provider: "fal", dedupeKey: "a" },
    { provider: "fal", dedupeKey: "b" },
    { provider: "replicate", dedupeKey: "a" },
    { provider: "fal", dedupeKey: null },
    { provider: "fal", dedupeKey: null },
    { provider: "fal", dedupeKey: "a" },
  ];
  const stored = await Promise.all(sent.map((identity) => writer.append(newDelivery({ identity }))));
  expect(stored.map(({ duplicateOf }) => duplicateOf)).toEqual([null, 1, null, null, null, null, 1]);
});

describe("lists", () => {
  test("newest first, page by page", async () => {
    const { writer, reader } = store();
    await Promise.all(Array.from({ length: 25 }, () => writer.append(newDelivery())));
    const pages: number[][] = [];
    for (let before: number | undefined; ; before = pages.at(-1)?.at(-1)) {
      const page = reader.list({}, { limit: 10, before }).map(({ id }) => id);
      if (page.length === 0) break;
      pages.push(page);
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i));
    expect(reader.deliveriesAfter(22, 10).map(({ id }) => id)).toEqual([23, 24, 25]);
    expect([reader.nth(0), reader.nth(24), reader.nth(25)]).toEqual([25, 1, undefined]);
  });
});

describe("bodies", () => {
  test.each([
    [0, "inline", 0],
    [DATABASE_BODY_BYTES, "inline", 0],
    [DATABASE_BODY_BYTES + 1, "inline", 1],
    [INLINE_BODY_BYTES, "inline", 1],
    [INLINE_BODY_BYTES + 1, "file", 1],
    [9 * 1024 * 1024 + 3, "file", 1],
  ])("of %i bytes are %s, and come back as they were", async (size, kind, files) => {
    const { writer, reader, dir } = store();
    const bytes = randomBytes(size);
    const body = await takeBody({ writer } as Store, bytes);
    expect(body).toMatchObject({ kind, size, digest: sha256(bytes) });
    await writer.append({ ...newDelivery(), body });
    const stored = reader.body(1);
    const streamed: Uint8Array[] = [];
    for await (const chunk of stored?.stream() ?? []) streamed.push(Uint8Array.from(chunk));
    expect(sha256(Buffer.concat(streamed))).toBe(sha256(bytes));
    expect(sha256(stored?.bytes() ?? Buffer.from("none"))).toBe(sha256(bytes));
    expect(bodyFiles(dir)).toHaveLength(files);
  });

  test.runIf(process.platform !== "win32")("are for nobody else to read", async () => {
    const { writer, dir } = store(join(temporaryFolder(), "new"));
    await takeBody({ writer } as Store, randomBytes(INLINE_BODY_BYTES + 1));
    const [file = ""] = bodyFiles(dir);
    expect(mode(dir)).toBe("700");
    expect(mode(join(dir, "bodies"))).toBe("700");
    expect(mode(join(dir, "bodies", file))).toBe("600");
    for (const name of readdirSync(dir).filter((name) => name.startsWith("hookspool.db")))
      expect([name, mode(join(dir, name))]).toEqual([name, "600"]);
  });

  test("of one commit share a file, which goes with the last of them", async () => {
    const opened = store();
    const { writer, reader, dir } = opened;
    const bodies = [40_000, 10, 200_000, 33_000, 0].map((size) => randomBytes(size));
    await Promise.all(bodies.map((body) => writer.append(newDelivery({ body }))));
    expect(bodyFiles(dir)).toHaveLength(1);
    const isWhole = async (id: number) => {
      const body = reader.body(id);
      const pieces: Uint8Array[] = [];
      for await (const piece of body?.stream() ?? []) pieces.push(Uint8Array.from(piece));
      const sent = bodies[id - 1] as Uint8Array;
      return Buffer.concat(pieces).equals(sent) && Buffer.from(body?.bytes() ?? "none").equals(sent);
    };
    for (const id of [1, 2, 3, 4, 5]) expect([id, await isWhole(id)]).toEqual([id, true]);
    opened.forget([1, 2, 4]);
    expect(bodyFiles(dir)).toHaveLength(1);
    expect([await isWhole(3), await isWhole(5)]).toEqual([true, true]);
    opened.forget([3]);
    expect(bodyFiles(dir)).toEqual([]);
    expect(opened.previewPrune({ maxBytes: 0, force: true }).deliveries).toBe(1);
  });

  test("of one commit that are more than 4 MiB are in several files", async () => {
    const { writer, reader, dir } = store();
    const bodies = Array.from({ length: 50 }, () => randomBytes(200_000));
    await Promise.all(bodies.map((body) => writer.append(newDelivery({ body }))));
    expect(bodyFiles(dir)).toHaveLength(3);
    for (const [i, body] of bodies.entries())
      expect(sha256(reader.body(i + 1)?.bytes() ?? Buffer.alloc(0))).toBe(sha256(body));
  });

  test("that are discarded leave nothing", async () => {
    const { writer, dir } = store();
    const intake = writer.openBody();
    await intake.write(randomBytes(2 * INLINE_BODY_BYTES));
    expect(bodyFiles(dir)).toHaveLength(1);
    await intake.discard();
    expect(bodyFiles(dir)).toEqual([]);
  });
});

describe("forgetting", () => {
  /** Five deliveries, a day apart, each with a body in a file; 2 and 4 were answered. */
  async function fiveDays() {
    const opened = store();
    for (let day = 0; day < 5; day += 1) {
      const body = await takeBody(opened, randomBytes(INLINE_BODY_BYTES + 1));
      await opened.writer.append({ ...newDelivery({ head: { receivedAt: day * 86_400_000 } }), body });
    }
    await opened.writer.appendAttempt(newAttempt(2, 200));
    await opened.writer.appendAttempt(newAttempt(4, 200));
    return opened;
  }
  const left = ({ reader }: Store) => reader.list({}, { limit: 9 }).map(({ id }) => id);

  test.each([
    [{ before: 3.5 * 86_400_000, force: false }, [5, 3, 1]],
    [{ before: 3 * 86_400_000, force: false }, [5, 4, 3, 1]],
    [{ before: 3 * 86_400_000, force: true }, [5, 4]],
    [{ keep: 2, force: false }, [5, 4, 3, 1]],
    [{ keep: 2, force: true }, [5, 4]],
    [{ before: 1.5 * 86_400_000, keep: 4, force: true }, [5, 4, 3]],
    [{ maxBytes: 5.1 * INLINE_BODY_BYTES, force: false }, [5, 4, 3, 1]],
    [{ maxBytes: 5.1 * INLINE_BODY_BYTES, force: true }, [5, 4, 3, 2]],
    [{ maxBytes: 0, force: false }, [5, 3, 1]],
    [{ maxBytes: 0, force: true, inHands: { untriedBefore: 2.5 * 86_400_000 } }, [5]],
    [{ keep: 0, force: true, inHands: { untriedBefore: 2 * 86_400_000 } }, [5, 3]],
  ])("by the rules %j leaves %j, and no other body", async (rules, expected) => {
    const opened = await fiveDays();
    expect(opened.previewPrune(rules).deliveries).toBe(5 - expected.length);
    expect(await opened.prune(rules)).toMatchObject({ deliveries: 5 - expected.length });
    expect(left(opened)).toEqual(expected);
    expect(bodyFiles(opened.dir)).toHaveLength(expected.length);
    opened.compact();
    expect(opened.integrity()).toBe("ok");
  });

  test("one takes its row, its attempts and its body, and no other's", async () => {
    const opened = await fiveDays();
    expect(opened.forget([2, 77])).toBe(1);
    expect(left(opened)).toEqual([5, 4, 3, 1]);
    expect(opened.reader.delivery(2)).toBeUndefined();
    expect(opened.reader.attempts(2)).toEqual([]);
    expect(opened.reader.attempts(4)).toHaveLength(1);
    expect(bodyFiles(opened.dir)).toHaveLength(4);
  });

  test("more than one transaction's worth goes as well", async () => {
    const { writer, prune, reader } = store();
    await Promise.all(Array.from({ length: 1_203 }, () => writer.append(newDelivery())));
    expect(await prune({ keep: 1, force: true })).toMatchObject({ deliveries: 1_202 });
    expect(reader.counts().deliveries).toBe(1);
  });
});

test("body files that no delivery names go once they are an hour old", async () => {
  const opened = store();
  const body = await takeBody(opened, randomBytes(INLINE_BODY_BYTES + 1));
  await opened.writer.append({ ...newDelivery(), body });
  const [named = ""] = bodyFiles(opened.dir);
  for (const name of ["old", "new"]) writeFileSync(join(opened.dir, "bodies", name), "x");
  const now = Date.now();
  const twoHoursAgo = new Date(now - 2 * 3_600_000);
  for (const name of ["old", named]) utimesSync(join(opened.dir, "bodies", name), twoHoursAgo, twoHoursAgo);

  expect(await opened.removeOrphans(now)).toBe(1);
  expect(bodyFiles(opened.dir).sort()).toEqual([named, "new"].sort());
});

describe("opening", () => {
  test("again and again changes nothing: migrations run once", async () => {
    const first = store();
    await first.writer.append(newDelivery());
    await first.close();
    const before = readFileSync(join(first.dir, "hookspool.db"));
    await store(first.dir).close();
    await store(first.dir).close();
    expect(readFileSync(join(first.dir, "hookspool.db")).equals(before)).toBe(true);
  });

  test("at the same time from many sides is one migration", async () => {
    const dir = temporaryFolder();
    const opened = [1, 2, 3].map(() => store(dir));
    await Promise.all(opened.map(({ writer }) => writer.append(newDelivery())));
    expect(opened[0]?.reader.counts().deliveries).toBe(3);
  });

  test("what a newer version made is refused, and left to the byte", async () => {
    const dir = temporaryFolder();
    await store(dir).close();
    const file = join(dir, "hookspool.db");
    const database = openDatabase(file, { checkpoints: "automatic" });
    database.exec("PRAGMA user_version = 999");
    database.close();
    const before = readFileSync(file);
    const names = readdirSync(dir);
    expect(() => openStore(dir)).toThrow(expect.objectContaining({ code: "E_NEWER_DATA", exitCode: 5 }));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(dir)).toEqual(names);
  });

  test.each([
    ["a short text", "not a database"],
    ["a long text", "This is a letter, not a database. ".repeat(500)],
    ["noise", randomBytes(20_000)],
  ])("%s is refused as no database of ours, and left to the byte", (_case, content) => {
    const dir = temporaryFolder();
    const file = join(dir, "hookspool.db");
    writeFileSync(file, content);
    expect(() => openStore(dir)).toThrow(
      expect.objectContaining({
        code: "E_DAMAGED_DATA",
        exitCode: 5,
        message: expect.stringContaining("damaged or not hookspool's"),
      }),
    );
    expect(readFileSync(file).equals(Buffer.from(content))).toBe(true);
  });

  test("a data directory that is a file is refused", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(() => openStore(file)).toThrow(expect.objectContaining({ code: "E_DATA_DIRECTORY", exitCode: 5 }));
    expect(() => openStore(join(file, "below"))).toThrow("there is a file in its place");
  });
});
