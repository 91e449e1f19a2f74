import { Chalk } from "chalk";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { createTones } from "../../src/core/tones.ts";
import { openStore } from "../../src/store/store.ts";
import { keyLabel, keymap } from "../../src/tui/keymap.ts";
import type { TuiPorts } from "../../src/tui/ports.ts";
import { startTui } from "../../src/tui/tui.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";
import { attempt } from "../support/delivery.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const KEYS = Number(process.env.FUZZED_KEYS ?? 10_000);

/** What a terminal sends for the keys that are no letters. */
const sent: Readonly<Record<string, string>> = {
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  pageup: "\u001b[5~",
  pagedown: "\u001b[6~",
  home: "\u001b[H",
  end: "\u001b[F",
  enter: "\r",
  esc: "\u001b",
  tab: "\t",
  "shift-tab": "\u001b[Z",
  space: " ",
  backspace: "\u007f",
};

const keys = [...new Set(Object.values(keymap).flatMap((group) => group.flatMap((binding) => binding.keys)))]
  .filter((key) => keyLabel(key) !== "Ctrl-z")
  .map(
    (key) =>
      sent[key] ?? key.replace(/^ctrl-(.)$/, (_, letter) => String.fromCharCode(letter.charCodeAt(0) - 96)),
  );

const extras = [
  "\u001b[200~pasted \u001b[31m\u001b[201~",
  "\u001b[<64;9;9M",
  "\u001b[<0;70;9M",
  "\u001b[<0;5;6M",
  "世",
  "\u001b[99;99~",
];

const hostile = [
  '{"id":"a","deep":[[[[{"x":[1,2,3]}]]]],"url":"https://media.example/1.png","status":"completed"}',
  "\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u009b32m\u202e\u0000",
  `"${"x".repeat(100_000)}"`,
  '{"emoji":"👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 שלום 世界"}',
  Buffer.from([0xff, 0xfe, 0, 0xd8, 1]),
  '{"lone":"\\ud800","n":12345678901234567890.10}',
];

test(`${KEYS} random keys over a live stream: nothing is thrown, no frame is broken`, async () => {
  const store = openStore(temporaryFolder());
  atTheEnd(() => store.close());
  const fake = fakeTerminal({ columns: 120, rows: 40 });
  const problems: unknown[] = [];
  let isHeld = false;
  const answer = async (id: number) => attempt({ delivery: id, number: 2 });
  const ports: TuiPorts = {
    reader: store.reader,
    replay: answer,
    replayResigned: answer,
    sendEdited: ({ of }) => answer(of),
    forge: async () => ({ tried: 1, delivered: 1, note: null }),
    remove: (ids) => store.forget(ids),
    hold() {
      isHeld = true;
    },
    resume() {
      isHeld = false;
    },
    isHeld: () => isHeld,
    deliverOwed: async () => ({ tried: 0, delivered: 0 }),
    judge: async () => ({
      scheme: "s",
      signed: "x\u001b[2J",
      signedBytes: 9,
      isSignedCut: false,
      header: "h",
      expected: "e",
      received: "r",
      source: null,
    }),
    reach: async () => true,
    askOutput: async () => ({ type: "image/png", bytes: 9, dimensions: { width: 1, height: 2 } }),
    edit: async (body) => Buffer.concat([body, Buffer.from(" ")]),
    writeFile: async (stem) => stem,
    browse: async () => false,
    copy: () => true,
    hintHere: (hint) => hint,
    quit() {},
    suspend: async () => {},
  };
  const tui = startTui({
    ports,
    ...{ target: "http://localhost:3000", local: "http://127.0.0.1:4000", tunnel: undefined },
    ...{ secrets: ["wazza"], provider: undefined, mouse: true },
    output: fake.output,
    input: fake.input,
    tones: createTones(new Chalk({ level: 2 }), "unknown"),
    clock: Date.now,
    onCrash: (error) => problems.push(error),
  });
  const sizes = [
    [120, 40],
    [80, 24],
    [200, 60],
    [46, 12],
    [30, 6],
  ] as const;
  const keysOf = fc.sample(
    fc.array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...keys) }, fc.constantFrom(...extras)), {
      minLength: 1,
      maxLength: 16,
    }),
    { numRuns: KEYS / 6, seed: 7 },
  );
  let pressed = 0;
  for (const [i, chunk] of keysOf.entries()) {
    if (pressed >= KEYS) break;
    pressed += chunk.length;
    if (i % 8 === 0) await arrive(i);
    if (i % 50 === 49) {
      const [columns = 80, rows = 24] = sizes[((i / 50) % sizes.length) | 0] ?? [];
      fake.resize({ columns, rows });
    }
    fake.input.emit("data", chunk.join(""));
    if (i % 10 === 0) await new Promise(setImmediate);
    expect(problems).toEqual([]);
  }
  tui.close();
  expect(pressed).toBeGreaterThanOrEqual(KEYS);
  expect([...fake.modes()]).toEqual([]);

  async function arrive(i: number) {
    const identity = {
      provider: "wazza",
      event: "completed",
      eventName: "job.completed\u001b[1m",
      job: `job_${i % 9}\u0007`,
    } as const;
    const delivery = await store.writer.append(
      newDelivery({
        body: hostile[i % hostile.length] ?? "",
        identity,
        head: { path: "/\u009b31m?token=abc", receivedAt: Date.now() },
      }),
    );
    const made = await store.writer.appendAttempt(newAttempt(delivery.id, i % 3 === 0 ? 503 : 200));
    const notices: Notice[] = [
      { type: "delivery", delivery },
      { type: "attempt", attempt: made },
      { type: "turned-away", status: 400, reason: "\u001b[2J", refusal: null, delivery: null },
    ];
    for (const notice of notices) tui.observe(notice);
  }
}, 120_000);
