import { expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { createNoticeQueue } from "../../src/tui/notice-queue.ts";
import { delivery } from "../support/delivery.ts";

const notice = (id: number): Notice => ({ type: "delivery", delivery: delivery({ id }) });

/** Gives notices in one go; resolves with what comes of them first. */
function given(count: number): Promise<number | "fell behind"> {
  return new Promise((resolve) => {
    const queue = createNoticeQueue({
      everyMs: 10,
      take: (notices) => resolve(notices.length),
      fellBehind: () => resolve("fell behind"),
    });
    for (let id = 1; id <= count; id += 1) queue.observe(notice(id));
  });
}

test("what comes together is taken together", async () => {
  expect(await given(1_000)).toBe(1_000);
});

test("what comes faster than it can be looked at is left to the store", async () => {
  expect(await given(20_000)).toBe("fell behind");
});

test("one batch follows the other", async () => {
  const batches: number[] = [];
  await new Promise<void>((resolve) => {
    const queue = createNoticeQueue({
      everyMs: 5,
      take(notices) {
        batches.push(notices.length);
        if (batches.length === 3) resolve();
        else queue.observe(notice(1));
      },
      fellBehind: () => {},
    });
    queue.observe(notice(1));
    queue.observe(notice(2));
  });
  expect(batches).toEqual([2, 1, 1]);
});
