import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { SEARCHED_BODY_BYTES } from "../../src/inspect/search-text.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";

function opened(dir = temporaryFolder()): Store {
  const store = openStore(dir);
  atTheEnd(() => store.close());
  return store;
}

const search = ({ reader }: Store, ...words: string[]) =>
  reader.list({ words }, { limit: 10_000 }).map(({ id }) => id);

/** All but the newest `open`. */
function index(store: Store, open = 0): void {
  while (store.indexTexts((store.reader.nth(open) ?? 0) as number));
}

const bodies = (store: Store, ...texts: (string | Uint8Array)[]) =>
  Promise.all(texts.map((body) => store.writer.append(newDelivery({ body }))));

/** Says it of a store without an index, then of one half of which is indexed, then of all of it. */
function atEveryStage(store: Store, check: () => void): void {
  check();
  index(store, Math.floor(store.reader.counts().deliveries / 2));
  check();
  index(store);
  check();
}

test.each([
  ["a word of the body", ["cat"], [1, 2]],
  ["whatever its case", ["CAT"], [1, 2]],
  ["whole words only", ["ca"], []],
  ["beginnings where asked", ["ca*"], [1, 2, 3]],
  ["all of several", ["cat", "dog"], [1]],
  ["words that stand together", ["fat cat"], [2]],
  ["in this order", ["cat fat"], []],
  ["whatever stands between them", ["task_7"], [4]],
  ["a number", ["7"], [4]],
  ["an escaped letter", ["größe"], [5]],
  ["after an escaped line break", ["next"], [5]],
  ["a header's name", ["x-trace"], [6]],
  ["a header's value", ["trace-1"], [6]],
  ["the path", ["hooks fal"], [6]],
  ["the job", ["job_abc"], [6]],
  ["no word", ["!"], [6, 5, 4, 3, 2, 1]],
])("finds %s: %j", async (_case, words, expected) => {
  const store = opened();
  await bodies(
    store,
    '{"a":"Cat","b":"dog"}',
    '{"a":"fat, (cat)"}',
    '{"a":"carrot"}',
    '{"id":"task_7"}',
    '{"a":"Gr\\u00f6\\u00dfe\\nnext"}',
  );
  await store.writer.append(
    newDelivery({
      head: { path: "/hooks/fal", headers: [["X-Trace", "trace-1"]] },
      identity: { job: "job_abc" },
    }),
  );
  atEveryStage(store, () => expect(search(store, ...words)).toEqual([...expected].sort((a, b) => b - a)));
});

test("finds nothing that a person is not shown", async () => {
  const store = opened();
  await store.writer.append(
    newDelivery({
      head: {
        path: "/hooks?token=sesamesesamesesame&model=flux",
        headers: [
          ["Authorization", "Bearer opensesameopen"],
          ["X-Wavespeed-Signature", "v3,abcdefabcdefabcdef"],
          ["X-Plain", "plain"],
        ],
      },
    }),
  );
  atEveryStage(store, () => {
    for (const word of ["sesamesesamesesame", "opensesameopen", "bearer", "abcdefabcdefabcdef", "v3"])
      expect([word, search(store, word)]).toEqual([word, []]);
    for (const word of ["flux", "plain", "authorization", "x-wavespeed-signature"])
      expect([word, search(store, word)]).toEqual([word, [1]]);
  });
});

test("reads text up to a length, and no binary", async () => {
  const store = opened();
  const filler = "x ".repeat(SEARCHED_BODY_BYTES / 2);
  await bodies(
    store,
    `begin ${filler} end`,
    Buffer.concat([Buffer.from("binary "), Buffer.from([0, 255, 254])]),
    Buffer.concat([Buffer.from("broken "), Buffer.from([0xc3, 0x28])]),
    // A character across the length is no fault.
    `split ${"x".repeat(SEARCHED_BODY_BYTES - 7)}ü`,
  );
  const intake = store.writer.openBody();
  await intake.write(Buffer.from(`large ${"x ".repeat(INLINE_BODY_BYTES)}`));
  await store.writer.append({ ...newDelivery(), body: await intake.finish() });
  atEveryStage(store, () => {
    expect(search(store, "begin")).toEqual([1]);
    expect(search(store, "end")).toEqual([]);
    expect(search(store, "binary")).toEqual([]);
    expect(search(store, "broken")).toEqual([]);
    expect(search(store, "split")).toEqual([4]);
    expect(search(store, "large")).toEqual([5]);
  });
});

test("the index and the texts themselves give the same", async () => {
  const alphabet = fc.constantFrom(...'aAbZ09 _-.,:"{}[]()/äÄßéЖжΣσς猫犬ﬁǅ²½①٣\u0301🐈\t');
  const texts = fc.array(
    fc.array(alphabet, { maxLength: 30 }).map((letters) => letters.join("")),
    {
      minLength: 1,
      maxLength: 30,
    },
  );
  const words = fc.array(
    fc
      .tuple(fc.array(alphabet, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([letters, beginning]) => letters.join("") + (beginning ? "*" : "")),
    { minLength: 1, maxLength: 2 },
  );
  await fc.assert(
    fc.asyncProperty(texts, fc.array(words, { minLength: 20, maxLength: 20 }), async (texts, searches) => {
      const store = openStore(temporaryFolder());
      await bodies(store, ...texts.map((text) => JSON.stringify({ text })));
      const direct = searches.map((words) => search(store, ...words));
      index(store);
      expect(searches.map((words) => search(store, ...words))).toEqual(direct);
      await store.close();
    }),
    { numRuns: 25 },
  );
});

test("what is new is found before it is indexed, what is gone is not found after", async () => {
  const store = opened();
  await bodies(store, ...Array.from({ length: 450 }, (_, i) => `cat n${i + 1}`));
  index(store);
  await bodies(store, "cat new");
  expect(search(store, "cat")).toHaveLength(451);
  expect(search(store, "new")).toEqual([451]);
  store.forget([3, 451]);
  expect(search(store, "n3")).toEqual([]);
  expect(search(store, "cat")).toHaveLength(449);
  index(store);
  expect(search(store, "cat")).toHaveLength(449);
});

test("what was there before there was an index is indexed from the newest on", async () => {
  const store = opened();
  await bodies(store, ...Array.from({ length: 350 }, (_, i) => `cat n${i + 1}`));
  expect(store.indexTexts(350)).toBe(true);
  await bodies(store, "cat n351");
  for (let more = true; more; more = store.indexTexts(351)) expect(search(store, "cat")).toHaveLength(351);
  expect(search(store, "cat", "n1")).toEqual([1]);
});

test("words and conditions narrow each other, page by page", async () => {
  const store = opened();
  await Promise.all(
    Array.from({ length: 700 }, (_, i) =>
      store.writer.append(
        newDelivery({ body: i % 2 ? "cat" : "dog", identity: { provider: i % 3 ? "fal" : "wazza" } }),
      ),
    ),
  );
  const where = { is: "text", field: "provider", how: "equals", text: "wazza" } as const;
  const expected = Array.from({ length: 700 }, (_, i) => 700 - i).filter(
    (id) => id % 2 === 0 && id % 3 === 1,
  );
  atEveryStage(store, () => {
    const found: number[] = [];
    for (let next: number | null = 701; next !== null; ) {
      const page = store.reader.search({ where, words: ["cat"] }, { limit: 7, before: next, withinMs: 0 });
      found.push(...page.deliveries.map(({ id }) => id));
      next = page.next;
    }
    expect(found).toEqual(expected);
    expect(
      store.reader.search({ words: ["cat"] }, { limit: 1, before: 101, from: 100 }).deliveries,
    ).toHaveLength(1);
    expect(store.reader.search({ words: ["dog"] }, { limit: 1, before: 101, from: 100 }).deliveries).toEqual(
      [],
    );
  });
});

test("an index that is damaged is done without, and made anew", async () => {
  const dir = temporaryFolder();
  const first = openStore(dir);
  await bodies(first, "cat", "dog");
  index(first);
  await first.close();
  for (const name of readdirSync(dir).filter((name) => name.startsWith("search.db"))) rmSync(join(dir, name));
  writeFileSync(join(dir, "search.db"), randomBytes(20_000));

  const store = opened(dir);
  expect(search(store, "cat")).toEqual([1]);
  index(store);
  expect(search(store, "cat")).toEqual([1]);
  expect(store.indexTexts(2)).toBe(false);
});
