import type { AppError } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import type { SearchPage } from "../core/ports.ts";
import type { Ready } from "../core/ready.ts";
import type { Tones } from "../core/tones.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import { createActs, TROUBLE_MS } from "./acts.ts";
import { frameOf } from "./frame.ts";
import { createFrames } from "./frames.ts";
import type { Input } from "./key-press.ts";
import { commandFor } from "./keymap.ts";
import { createNoticeQueue } from "./notice-queue.ts";
import type { TuiPorts } from "./ports.ts";
import { readDetail } from "./read-detail.ts";
import { type Action, reduce } from "./reduce.ts";
import {
  isTicking,
  type WantedPage,
  wantedDetail,
  wantedPage,
  wantedSignature,
  whereOf,
} from "./selectors.ts";
import { type Counts, initialState } from "./state.ts";
import { openTerminal } from "./terminal.ts";
import { createTheme } from "./theme.ts";
import type { HistoryPage } from "./window.ts";

export interface TuiOptions {
  readonly ports: TuiPorts;
  readonly target: string;
  /** The capture endpoint on loopback. */
  readonly local: string;
  readonly tunnel: TunnelStatus | undefined;
  /** The providers whose signing secrets are known. */
  readonly secrets: readonly string[];
  /** The provider that every delivery is taken to be of. */
  readonly provider: string | undefined;
  readonly output: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  /** Take the mouse, and with it the selecting of text. */
  readonly mouse: boolean;
  readonly tones: Tones;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** The screen broke; the terminal has been given back. */
  readonly onCrash: (error: unknown) => void;
}

export interface Tui {
  readonly observe: Observer;
  ready(ready: Ready, caution: string | undefined): void;
  trouble(error: AppError): void;
  /** Gives the terminal to somebody else until that has ended. */
  lend(use: () => Promise<void>): Promise<void>;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Between two frames that nobody asked for with a key. */
const FRAME_MS = 33;

/** Between two looks at what has arrived. */
const NOTICES_MS = 100;

/** How often a running time is seen to run, and anything else that changes with time. */
const CLOCK_MS = 200;

/** How often it is looked whether the target answers. */
const REACH_MS = 3_000;

/** How long reading from the store may hold up one frame. */
const READING_MS = 12;

/** Opens the screen. It shows what the notices say and what the store has, and acts through the ports alone. */
export function startTui(options: TuiOptions): Tui {
  const { ports, output, input, clock } = options;
  const { reader } = ports;
  const theme = createTheme(options.tones);
  const newest = reader.nth(0) ?? 0;
  let state = initialState({
    now: clock(),
    size: sizeOf(output),
    about: {
      target: options.target,
      local: options.local,
      secrets: options.secrets,
      ready: null,
      tunnel: options.tunnel ?? null,
      caution: null,
      answers: null,
      isHeld: ports.isHeld(),
    },
    since: newest,
  });
  let reading: number | undefined;
  let judging: number | undefined;
  let countAgainAt = 0;
  let reachAgainAt = 0;
  let closed = false;

  const frames = createFrames(() => guarded(draw), FRAME_MS);
  const terminal = openTerminal({
    input,
    output,
    mouse: options.mouse,
    onInput: (inputs) => guarded(() => take(inputs)),
    onGone: ports.quit,
    onCrash: crash,
  });
  const acts = createActs({ ports, terminal, state: () => state, dispatch, clock, onReturn });
  const notices = createNoticeQueue({
    everyMs: NOTICES_MS,
    take: (batch) => dispatch({ type: "noticed", notices: batch, now: clock() }),
    fellBehind: () => dispatch({ type: "fell-behind" }),
  });
  const ticking = setInterval(() => guarded(tick), CLOCK_MS);
  output.on("resize", onResize);
  frames.now();
  // What only the empty screen shows is looked up when that is there.
  if (newest === 0) void lookUpRegistrations().catch(acts.trouble);

  function dispatch(action: Action) {
    if (closed) return;
    state = reduce(state, action);
    frames.request();
  }

  function draw() {
    read();
    terminal.draw(frameOf(state, theme));
  }

  function tick() {
    const now = clock();
    if (now >= countAgainAt) count();
    if (now >= reachAgainAt) {
      reachAgainAt = now + REACH_MS;
      void reach();
    }
    // Notices that have just come have moved the clock with them.
    if (isTicking(state) && now - state.now >= CLOCK_MS) dispatch({ type: "ticked", now });
  }

  /** Reads what the frame lacks; what takes too long is read on for the next one. */
  function read() {
    const start = performance.now();
    for (let page = wantedPage(state); page; page = wantedPage(state)) {
      state = reduce(state, { type: "paged", page: readPage(page) });
      if (performance.now() - start > READING_MS) {
        frames.request();
        break;
      }
    }
    if (state.toReread.length > 0) {
      const ids = state.toReread;
      const found = ids.flatMap((id) => searched({ from: id, before: id + 1, limit: 1 }).deliveries);
      state = reduce(state, { type: "reread", ids, found });
    }
    readSelected();
    const unjudged = wantedSignature(state);
    if (unjudged !== undefined && unjudged !== judging) void judge(unjudged);
  }

  function searched(page: SearchPage) {
    return reader.search(state.filter.asks, page);
  }

  function readPage({ direction, from, limit }: WantedPage): HistoryPage {
    const newest = reader.nth(0) ?? 0;
    if (direction === "older") {
      const { deliveries, next } = searched({ limit, before: from, withinMs: READING_MS });
      return { direction, deliveries, reached: next ?? 0, newest, end: next === null };
    }
    const all = reader.deliveriesAfter(from, limit);
    const [first, last] = [all[0]?.id ?? from, all.at(-1)?.id ?? from];
    const deliveries =
      state.filter.source === ""
        ? all.toReversed()
        : searched({ from: first, before: last + 1, limit: all.length + 1 }).deliveries;
    return { direction, deliveries, reached: last, newest, end: all.length < limit };
  }

  function readSelected() {
    const id = wantedDetail(state);
    if (id === undefined || id === reading) return;
    const detail = readDetail(reader, id);
    if (!(detail instanceof Promise)) {
      state = reduce(state, { type: "detailed", detail });
      return;
    }
    reading = id;
    detail
      .then((read) => {
        reading = undefined;
        dispatch({ type: "detailed", detail: read });
      })
      .catch(crash);
  }

  async function judge(id: number) {
    judging = id;
    // Why there is nothing to compare stands in the verdict's own words.
    const facts = await ports.judge(id).catch(() => null);
    judging = undefined;
    dispatch({ type: "judged", id, facts });
  }

  /** Counting a long history takes a while: it is done as seldom as it is slow. */
  function count() {
    const start = performance.now();
    const counts: Counts = { ...reader.counts(), newest: reader.nth(0) ?? 0 };
    countAgainAt = clock() + Math.max(1_000, 50 * (performance.now() - start));
    if (counts.deliveries !== state.counts?.deliveries || counts.owed !== state.counts.owed)
      dispatch({ type: "counted", counts });
    const isHeld = ports.isHeld();
    if (isHeld !== state.about.isHeld) dispatch({ type: "held", isHeld });
  }

  async function reach() {
    const answers = await ports.reach();
    if (answers !== state.about.answers) dispatch({ type: "reached", answers });
  }

  async function lookUpRegistrations() {
    const ids = options.provider === undefined ? options.secrets : [options.provider];
    if (ids.length === 0) return;
    const { registrationsOf } = await import("./catalogue.ts");
    dispatch({ type: "registrations", registrations: registrationsOf(ids) });
  }

  function take(inputs: readonly Input[]) {
    for (const one of inputs) {
      switch (one.kind) {
        case "key": {
          const command = commandFor(whereOf(state), one.name);
          if (command) acts.obey(command);
          else if (one.text !== "") dispatch({ type: "typed", text: one.text });
          break;
        }
        case "paste":
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what is asked for has one line and no controls.
          dispatch({ type: "typed", text: one.text.replace(/[\u0000-\u001f\u007f]+/g, " ") });
          break;
        case "click":
          dispatch({ type: "clicked", ...one });
          break;
        default:
          dispatch({ type: "wheeled", column: one.column, rows: one.kind === "wheel-up" ? -3 : 3 });
      }
    }
    if (!closed) frames.now();
  }

  function onResize() {
    state = reduce(state, { type: "resized", size: sizeOf(output) });
    terminal.forget();
    frames.now();
  }

  function onReturn() {
    if (closed) return;
    terminal.take();
    onResize();
  }

  function guarded(work: () => void) {
    try {
      work();
    } catch (error) {
      crash(error);
    }
  }

  function crash(error: unknown) {
    if (closed) return;
    close();
    options.onCrash(error);
  }

  function close() {
    if (closed) return;
    closed = true;
    clearInterval(ticking);
    output.off("resize", onResize);
    frames.stop();
    notices.stop();
    terminal.lend();
  }

  return {
    observe: notices.observe,
    ready(ready, caution) {
      dispatch({ type: "ready", ready, caution: caution ?? null });
      if (caution !== undefined) acts.say(caution, "warn", TROUBLE_MS);
    },
    trouble: acts.trouble,
    async lend(use) {
      terminal.lend();
      await use().finally(onReturn);
    },
    close,
  };
}

function sizeOf({ columns, rows }: NodeJS.WriteStream) {
  return { columns: columns || 80, rows: rows || 24 };
}
