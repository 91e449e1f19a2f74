import { expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { createNoticeBatcher } from "../../src/wiring/notice-batcher.ts";

const notice = (status: number): Notice => ({
  type: "turned-away",
  status,
  reason: "",
  refusal: null,
  delivery: null,
});

function batcher() {
  const events: (number[] | "behind")[] = [];
  const made = createNoticeBatcher({
    send: (notices) => void events.push(notices.map((one) => ("status" in one ? Number(one.status) : 0))),
    fallBehind: () => void events.push("behind"),
  });
  return { ...made, events, turn: () => new Promise((resolve) => setImmediate(resolve)) };
}

/** As many as may be on their way at once. */
const MOST = 10_000;

test("what is noticed in one turn is one message, what follows soon after another, in their order", async () => {
  const { observe, events, turn } = batcher();
  for (const status of [1, 2, 3]) observe(notice(status));
  await turn();
  expect(events).toEqual([[1, 2, 3]]);
  for (const status of [4, 5]) {
    observe(notice(status));
    await turn();
  }
  await expect
    .poll(() => events)
    .toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
});

test("flush sends what is waiting at once, and nothing twice", async () => {
  const { observe, flush, events, turn } = batcher();
  observe(notice(1));
  flush();
  flush();
  await turn();
  expect(events).toEqual([[1]]);
});

test("to a reader that hears nothing, no more than a bounded number is sent", async () => {
  const { observe, events, turn } = batcher();
  for (let round = 0; round < 5; round += 1) {
    for (let i = 0; i < MOST; i += 1) observe(notice(i));
    await turn();
  }
  expect(events.flat()).toHaveLength(MOST);
});

test("one that fell behind is told so once it has heard half, and then hears what is new", async () => {
  const { observe, heard, events, turn } = batcher();
  for (let i = 0; i < MOST + 5; i += 1) observe(notice(i));
  await turn();
  events.length = 0;
  heard(MOST / 2 - 1);
  observe(notice(1));
  await turn();
  expect(events).toEqual([]);
  heard(1);
  observe(notice(2));
  await expect.poll(() => events).toEqual(["behind", [2]]);
  heard(MOST / 2 + 1);
  expect(events).toEqual(["behind", [2]]);
});

test("what was noticed before the gap is sent before it is told of", () => {
  const { observe, heard, events } = batcher();
  for (let i = 0; i <= MOST; i += 1) observe(notice(i));
  heard(MOST);
  expect(events.map((event) => (event === "behind" ? event : event.length))).toEqual([MOST, "behind"]);
});
