import { Chalk } from "chalk";
import { type Key, renderToString } from "ink";
import type { Attempt } from "../../src/core/attempt.ts";
import type { DeliverySummary } from "../../src/core/delivery.ts";
import type { Notice } from "../../src/core/notice.ts";
import { keyPresses } from "../../src/tui/key-press.ts";
import { commandFor } from "../../src/tui/keymap.ts";
import { Screen } from "../../src/tui/screen.tsx";
import { scrollEnd, wantedPage, whereOf } from "../../src/tui/selectors.ts";
import { type Action, type Detail, initialState, reduce, type State } from "../../src/tui/state.ts";
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
}

/** The screen without a terminal: notices and keys in, frames out. The history is read as the store would be. */
export function scene({ columns = 80, rows = 24, history = [], since, colours = false }: SceneOptions = {}) {
  const stored = [...history];
  let state: State = initialState({
    now: TEN_O_CLOCK + 60_000,
    size: { columns, rows },
    about: {
      target: "http://localhost:3000",
      local: "http://127.0.0.1:4000",
      ready: null,
      tunnel: null,
      caution: null,
    },
    counts: { deliveries: history.length, owed: 0, newest: stored.at(-1)?.id ?? 0 },
    since: since ?? stored.at(-1)?.id ?? 0,
  });
  let pages = 0;
  const theme = createTheme(new Chalk({ level: colours ? 1 : 0 }));

  function act(action: Action) {
    state = reduce(state, action);
    for (let page = wantedPage(state); page; page = wantedPage(state)) {
      const { direction, from, limit } = page;
      const rest = stored.filter(({ id }) => (direction === "older" ? id < from : id > from));
      const deliveries = direction === "older" ? rest.reverse().slice(0, limit) : rest.slice(0, limit);
      state = reduce(state, {
        type: "paged",
        page: { direction, deliveries, end: deliveries.length < limit },
      });
      pages += 1;
    }
  }

  act({ type: "ticked", now: state.now });
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
        const presses = name ? [{ name, text: "" }] : keyPresses(character, {} as Key);
        for (const press of presses) {
          const command = commandFor(whereOf(state), press.name);
          if (command) act({ type: "command", command, end: scrollEnd(state) });
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
    frame: () =>
      renderToString(<Screen state={state} theme={theme} onInput={() => {}} onPaste={() => {}} />, {
        columns,
      }),
  };
}

function detailed(summary: DeliverySummary | undefined): Detail["delivery"] {
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
