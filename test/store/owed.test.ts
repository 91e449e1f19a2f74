import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NewAttempt } from "../../src/core/attempt.ts";
import type { Identity } from "../../src/core/delivery.ts";
import type { OwedScope } from "../../src/core/ports.ts";
import { openDatabase } from "../../src/store/sqlite.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

const here = "http://localhost:3000";
const there = "http://localhost:4000";

function newStore(dir = temporaryFolder()): Store {
  const store = openStore(dir);
  atTheEnd(() => store.close());
  return store;
}

const about = (job: string, dedupeKey: string | null = null): Partial<Identity> => ({
  provider: "wazza",
  job,
  dedupeKey,
});

describe("of what is owed", () => {
  async function filled() {
    const store = newStore();
    const given: readonly (readonly [job: string | null, promisedTo: string | null])[] = [
      ["a", here],
      ["a", here],
      ["b", here],
      [null, here],
      [null, here],
      ["b", there],
      ["a", null],
    ];
    for (const [job, promisedTo] of given)
      await store.writer.append({ ...newDelivery({ identity: job === null ? {} : about(job) }), promisedTo });
    return store;
  }

  test.each<[string, OwedScope, number[]]>([
    ["all", {}, [1, 3, 4, 5]],
    ["what was promised to a target", { promisedTo: there }, [6]],
    ["what goes to a target", { target: here }, [1, 3, 4, 5]],
    ["what goes nowhere yet", { target: null }, [7]],
    ["some", { among: [2, 5, 6, 7] }, [2, 5, 6]],
    ["what was there before", { upTo: 4 }, [1, 3, 4]],
    [
      "what goes to a target, or nowhere yet and so there",
      { target: here, defaultTarget: here },
      [1, 3, 4, 5],
    ],
    ["what nobody sees to", { notPromisedTo: [here] }, [6, 7]],
    ["what is not just being tried", { untriedBefore: 0, target: null }, []],
  ])("the first of every job: %s", async (_case, scope, ids) => {
    const { owed } = await filled();
    expect(owed.heads(scope, 0, 10).map(({ id }) => id)).toEqual(ids);
    expect(owed.heads(scope, ids[0] ?? 0, 1).map(({ id }) => id)).toEqual(ids.slice(1, 2));
  });

  test("the next of a job comes once the one before is taken or given up", async () => {
    const { owed, writer, reconsider } = await filled();
    const first = () => owed.head({ promisedTo: here }, about("a") as Identity)?.id;
    expect(first()).toBe(1);
    await writer.giveUp(1);
    expect(first()).toBe(2);
    expect(owed.heads({}, 0, 1)[0]?.id).toBe(1);
    reconsider(here);
    expect(first()).toBe(1);
    await writer.appendAttempt(newAttempt(1, 200));
    expect(first()).toBe(2);
  });

  test("the targets, the last before the promised", async () => {
    const { owed, writer } = await filled();
    expect(owed.targets({})).toEqual([null, here, there]);
    await writer.appendAttempt(newAttempt(6, 500));
    expect(owed.targets({})).toEqual([null, here]);
  });
});

describe("a delivery that a handler has taken", () => {
  interface Made extends Partial<Pick<NewAttempt, "trigger">> {
    readonly status?: number;
  }
  test.each<[string, Parameters<typeof newDelivery>[0], Made, number | null]>([
    ["the same event", {}, {}, 2],
    ["another event", { identity: about("a", "another") }, {}, null],
    ["another provider's", { identity: { ...about("a", "key"), provider: "fal" } }, {}, null],
    ["one that we forged", { head: { origin: "forged" } }, {}, null],
    ["a refusal", {}, { status: 500 }, null],
    ["a replay", {}, { trigger: "replay" }, null],
  ])("settles those of %s before it or not", async (_case, second, { status = 200, ...made }, settledBy) => {
    const { writer, reader } = newStore();
    const identity = about("a", "key");
    await writer.append(newDelivery({ identity }));
    await writer.append(newDelivery({ identity, ...second }));
    await writer.appendAttempt({ ...newAttempt(2, status), ...made });
    expect(reader.delivery(1)).toMatchObject({ settledBy, owed: settledBy === null, attempts: 0 });
  });

  test.each([
    ["that names its job", about("a", "key")],
    ["that names none", { provider: "wazza", dedupeKey: "key" }],
  ])(
    "settles the others of an event %s, also one that was stored in an earlier run",
    async (_case, identity) => {
      const dir = temporaryFolder();
      const earlier = openStore(dir);
      for (let i = 0; i < 3; i += 1) await earlier.writer.append(newDelivery({ identity }));
      await earlier.close();
      const { writer, reader } = newStore(dir);
      await writer.appendAttempt(newAttempt(2, 200));
      expect([1, 2, 3].map((id) => reader.delivery(id))).toMatchObject([
        { owed: false, settledBy: 2, duplicateOf: null },
        { owed: false, settledBy: null, duplicateOf: 1 },
        { owed: false, settledBy: 2, duplicateOf: 1 },
      ]);
    },
  );
});

test("what a version before this one made is brought up with all that is owed in it", async () => {
  const dir = temporaryFolder();
  const before = openStore(dir);
  await before.writer.append(newDelivery({ identity: about("a") }));
  await before.close();
  const database = openDatabase(join(dir, "hookspool.db"), { checkpoints: "automatic" });
  database.exec(`
    DROP INDEX deliveries_promised;
    DROP INDEX deliveries_owed_job;
    DROP INDEX deliveries_owed_dedupe;
    DROP INDEX deliveries_job;
    DROP INDEX deliveries_dedupe;
    ALTER TABLE deliveries DROP COLUMN filed;
    DROP TABLE filing;
    CREATE INDEX deliveries_dedupe ON deliveries (provider, dedupe_key) WHERE dedupe_key IS NOT NULL;
    CREATE INDEX deliveries_job ON deliveries (job) WHERE job IS NOT NULL;
    ALTER TABLE deliveries DROP COLUMN settled_by;
    ALTER TABLE deliveries DROP COLUMN promised_to;
    ALTER TABLE deliveries DROP COLUMN given_up;
    DROP TRIGGER spans_change;
    DROP TABLE spans;
    DROP TABLE span_values;
    ALTER TABLE payloads DROP COLUMN client_address;
    ALTER TABLE payloads DROP COLUMN withheld;
    ALTER TABLE payloads DROP COLUMN body_at;
    PRAGMA user_version = 1;
  `);
  database.close();

  const { reader, owed } = newStore(dir);
  expect(reader.delivery(1)).toMatchObject({ owed: true, settledBy: null, givenUp: false });
  expect(owed.heads({}, 0, 10)).toMatchObject([{ id: 1, job: "a" }]);
});
