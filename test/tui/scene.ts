import { Chalk } from "chalk";
import type { Attempt } from "../../src/core/attempt.ts";
import type { DeliverySummary } from "../../src/core/delivery.ts";
import type { Notice } from "../../src/core/notice.ts";
import { createTones } from "../../src/core/tones.ts";
import { frameOf } from "../../src/tui/frame.ts";
import { createKeyReader } from "../../src/tui/key-press.ts";
import { commandFor } from "../../src/tui/keymap.ts";
import { type Action, reduce } from "../../src/tui/reduce.ts";
import { wantedPage, whereOf } from "../../src/tui/selectors.ts";
import { type Detail, initialState, type State } from "../../src/tui/state.ts";
import { createTheme } from "../../src/tui/theme.ts";
import { attempt, TEN_O_CLOCK } from "../support/delivery.ts";

interface SceneOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** What the store has, oldest first. */
  readonly history?: readonly DeliverySummary[];
  /** The newest delivery before the session. */
  readonly since?: number;
  readonly colours?: boolean;
  /** The providers whose signing secrets are known. */
  readonly secrets?: readonly string[];
}

/** The screen without a terminal: notices and keys in, frames out. The history is read as the store would be. */
export function scene({
  columns = 80,
  rows = 24,
  history = [],
  since,
  colours = false,
  secrets = [],
}: SceneOptions = {}) {
  const stored = [...history];
  let state: State = initialState({
    now: TEN_O_CLOCK + 60_000,
    size: { columns, rows },
    about: {
      target: "http://localhost:3000",
      local: "http://127.0.0.1:4000",
      secrets,
      ready: null,
      tunnel: null,
      caution: null,
      answers: null,
      isHeld: false,
    },
    since: since ?? stored.at(-1)?.id ?? 0,
  });
  const counts = { deliveries: history.length, owed: 0, newest: stored.at(-1)?.id ?? 0 };
  let pages = 0;
  const theme = createTheme(createTones(new Chalk({ level: colours ? 1 : 0 }), "dark"));

  function act(action: Action) {
    state = reduce(state, action);
    for (let page = wantedPage(state); page; page = wantedPage(state)) {
      const { direction, from, limit } = page;
      const isOlder = direction === "older";
      const rest = stored.filter(({ id }) => (isOlder ? id < from : id > from));
      const read = isOlder ? rest.slice(-limit) : rest.slice(0, limit);
      const deliveries = read.toReversed().filter(state.filter.matches);
      const end = read.length < limit;
      const reached = (isOlder ? read.at(0) : read.at(-1))?.id ?? from;
      const newest = stored.at(-1)?.id ?? 0;
      state = reduce(state, { type: "paged", page: { direction, deliveries, reached, newest, end } });
      pages += 1;
    }
  }

  act({ type: "counted", counts });
  return {
    act,
    state: () => state,
    /** How often the store was asked for deliveries. */
    pages: () => pages,
    notice(...notices: Notice[]) {
      for (const notice of notices) if (notice.type === "delivery") stored.push(notice.delivery);
      act({ type: "noticed", notices, now: state.now });
    },
    arrive(...deliveries: DeliverySummary[]) {
      stored.push(...deliveries);
      act({
        type: "noticed",
        notices: deliveries.map((delivery) => ({ type: "delivery", delivery })),
        now: state.now,
      });
    },
    /** Keys as they are typed: characters, or names of the keymap in angle brackets (`<enter>`). */
    press(keys: string) {
      for (const [, name, character = ""] of keys.matchAll(/<([\w-]+)>|(.)/gs)) {
        const reader = createKeyReader();
        const presses = name ? [{ kind: "key" as const, name, text: "" }] : reader.push(character);
        for (const press of presses) {
          if (press.kind !== "key") continue;
          const command = commandFor(whereOf(state), press.name);
          if (command) act({ type: "command", command });
          else if (press.text !== "") act({ type: "typed", text: press.text });
        }
      }
    },
    show(detail: Partial<Detail>) {
      const delivery = { ...detailed(state.window.rows[state.cursor]), ...detail.delivery };
      act({
        type: "detailed",
        detail: { body: new Uint8Array(), attempts: [], job: [], ...detail, delivery },
      });
    },
    frame: () => frameOf(state, theme).join("\n"),
  };
}

export function detailed(summary: DeliverySummary | undefined): Detail["delivery"] {
  if (!summary) throw new Error("no delivery is selected");
  return {
    ...summary,
    headers: [
      ["Content-Type", "application/json"],
      ["X-Wazza-Signature", "0123456789abcdef0123456789abcdef"],
    ],
    httpVersion: "1.1",
    peer: "127.0.0.1:50000",
    explanation: "the signature fits",
    digest: "ab".repeat(32),
  };
}

export function fullAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    ...attempt(),
    changes: { removed: ["connection"], set: [["host", "localhost:3000"]] },
    response: {
      status: 200,
      statusText: "OK",
      headers: [["set-cookie", "sid=abcdefghijklmnop"]],
      body: new TextEncoder().encode('{"received":true}'),
      bytes: 17,
    },
    ...overrides,
  };
}
