import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unidentified } from "../../src/core/delivery.ts";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";

const about = (job: string | null, dedupeKey: string | null, provider = "wazza") => ({
  ...unidentified,
  ...{ provider, job, dedupeKey },
});

const all = () => false;

describe("the first delivery of an event is found", () => {
  test("wherever it is: not in the index yet, in it, written by another process, of an earlier run", async () => {
    const dir = temporaryFolder();
    const one = openStore(dir);
    const other = openStore(dir);
    const append = (store: typeof one, key: string) =>
      store.writer.append(newDelivery({ identity: about("job", key) }));
    await append(one, "unfiled");
    expect((await append(one, "unfiled")).duplicateOf).toBe(1);
    await append(other, "another's");
    expect((await append(one, "another's")).duplicateOf).toBe(3);
    expect(one.fileEvents(all)).toBe(false);
    expect(one.unfiled()).toBe(0);
    expect((await append(other, "unfiled")).duplicateOf).toBe(1);
    expect((await append(one, "another's")).duplicateOf).toBe(3);
    await one.close();
    await other.close();
    const next = openStore(dir);
    expect((await append(next, "unfiled")).duplicateOf).toBe(1);
    await next.close();
  });

  test("among what is left, when the first has been forgotten", async () => {
    const store = openStore(temporaryFolder());
    const append = () => store.writer.append(newDelivery({ identity: about(null, "key") }));
    await append();
    await append();
    store.forget([1]);
    expect((await append()).duplicateOf).toBe(2);
    await store.close();
  });

  test("as looking through all of them finds it, whatever is filed, forgotten or renamed in between", async () => {
    const name = fc.constantFrom(null, "a", "b");
    const step = fc.oneof(
      fc.record({
        does: fc.constant("append" as const),
        by: fc.nat(1),
        job: name,
        key: name,
        provider: fc.constantFrom("fal", "wazza"),
      }),
      fc.record({ does: fc.constant("file" as const) }),
      fc.record({ does: fc.constant("forget" as const), nth: fc.nat(20) }),
      fc.record({ does: fc.constant("rename" as const), nth: fc.nat(20), job: name, key: name }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const dir = join(temporaryFolder(), "data");
        const stores = [openStore(dir), openStore(dir)] as const;
        const rows: { id: number; event: string | null }[] = [];
        for (const step of steps) {
          if (step.does === "file") stores[0].fileEvents(all);
          else if (step.does === "append") {
            const identity = about(step.job, step.key, step.provider);
            const { id, duplicateOf } = await stores[step.by === 0 ? 0 : 1].writer.append(
              newDelivery({ identity }),
            );
            const event = step.key && JSON.stringify([step.job, step.key, step.provider]);
            expect(duplicateOf).toBe((event && rows.find((row) => row.event === event)?.id) ?? null);
            rows.push({ id, event });
          } else if (rows.length > 0) {
            const [row] = rows.splice(step.nth % rows.length, 1);
            if (!row) continue;
            if (step.does === "forget") stores[0].forget([row.id]);
            else {
              const written = stores[0].writer.setIdentity(row.id, about(step.job, step.key));
              await stores[0].writer.flush();
              await written;
              row.event = step.key && JSON.stringify([step.job, step.key, "wazza"]);
              rows.push(row);
              rows.sort((a, b) => a.id - b.id);
            }
          }
        }
        for (const store of stores) await store.close();
      }),
      { numRuns: 60 },
    );
  });
});

test("a job is found before and after it is in the index", async () => {
  const store = openStore(temporaryFolder());
  for (const job of ["a", "b", "a"]) await store.writer.append(newDelivery({ identity: about(job, job) }));
  const found = () => store.reader.list({ job: "a" }, { limit: 9 }).map(({ id }) => id);
  expect(found()).toEqual([3, 1]);
  store.fileEvents(all);
  await store.writer.append(newDelivery({ identity: about("a", "a") }));
  expect(found()).toEqual([4, 3, 1]);
  await store.close();
});
