import type { ChalkInstance } from "chalk";
import { type Instance, type Key, render } from "ink";
import { AppError } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import { msText } from "../core/text.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import { asText } from "../inspect/dump.ts";
import { createFrames } from "./frames.ts";
import { keyPresses } from "./key-press.ts";
import { type Command, commandFor } from "./keymap.ts";
import { createNoticeQueue } from "./notice-queue.ts";
import { endpointOf } from "./panes/header.tsx";
import type { TuiPorts } from "./ports.ts";
import { readDetail } from "./read-detail.ts";
import { Screen, type Terminal } from "./screen.tsx";
import { isTicking, scrollEnd, type WantedPage, wantedDetail, wantedPage, whereOf } from "./selectors.ts";
import {
  type Action,
  type Counts,
  initialState,
  MESSAGE_MS,
  type Message,
  reduce,
  selected,
} from "./state.ts";
import { createTheme } from "./theme.ts";

export interface TuiOptions {
  readonly ports: TuiPorts;
  readonly target: string;
  /** The capture endpoint on loopback. */
  readonly local: string;
  readonly tunnel: TunnelStatus | undefined;
  readonly output: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  readonly chalk: ChalkInstance;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** The screen broke; the terminal has been given back. */
  readonly onCrash: (error: unknown) => void;
}

export interface Tui {
  readonly observe: Observer;
  ready(ready: Ready, caution: string | undefined): void;
  trouble(error: AppError): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Between two frames: a key is seen at once, and whatever comes, no more than 30 are drawn a second. */
const FRAME_MS = 33;

/** Between two looks at what has arrived. */
const NOTICES_MS = 100;

/** How often a running time is seen to run, and anything else that changes with time. */
const CLOCK_MS = 200;

/** How long reading from the store may hold up one frame. */
const READING_MS = 12;

/** Opens the screen. It shows what the notices say and what the store has, and acts through the ports alone. */
export function startTui(options: TuiOptions): Tui {
  const { ports, output, input, clock } = options;
  const { reader } = ports;
  const theme = createTheme(options.chalk);
  let state = initialState({
    now: clock(),
    size: sizeOf(output),
    about: {
      target: options.target,
      local: options.local,
      ready: null,
      tunnel: options.tunnel ?? null,
      caution: null,
    },
    counts: countIn(reader),
    since: reader.nth(0) ?? 0,
  });
  let app: Instance | undefined;
  let reading: number | undefined;
  let countAgainAt = 0;
  let closed = false;

  const frames = createFrames(() => guarded(draw), FRAME_MS);
  const notices = createNoticeQueue({
    everyMs: NOTICES_MS,
    take: (batch) => dispatch({ type: "noticed", notices: batch, now: clock() }),
    fellBehind: () => dispatch({ type: "fell-behind" }),
  });
  const ticking = setInterval(() => {
    const now = clock();
    if (now >= countAgainAt) count();
    // Notices that have just come have moved the clock with them.
    if (isTicking(state) && now - state.now >= CLOCK_MS) dispatch({ type: "ticked", now });
  }, CLOCK_MS);
  const onResize = () => {
    state = reduce(state, { type: "resized", size: sizeOf(output) });
    // At once, and before Ink draws the old frame at the new size.
    frames.now();
  };
  output.on("resize", onResize);
  frames.now();

  function dispatch(action: Action) {
    if (closed) return;
    state = reduce(state, action);
    frames.request();
  }

  function draw() {
    read();
    const screen = <Screen state={state} theme={theme} onInput={onInput} onPaste={onPaste} />;
    if (app) return app.rerender(screen);
    app = render(screen, {
      stdout: output,
      stdin: input,
      exitOnCtrlC: false,
      alternateScreen: true,
      incrementalRendering: true,
      interactive: true,
      maxFps: Math.ceil(1000 / FRAME_MS),
    });
    app.waitUntilExit().catch(crash);
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
      const deliveries = state.toReread.flatMap((id) =>
        reader.list({}, { limit: 1, before: id + 1 }).filter((found) => found.id === id),
      );
      state = reduce(state, { type: "reread", deliveries });
    }
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

  function readPage({ direction, from, limit }: WantedPage) {
    const deliveries =
      direction === "older" ? reader.list({}, { limit, before: from }) : reader.deliveriesAfter(from, limit);
    return { direction, deliveries, end: deliveries.length < limit };
  }

  /** Counting a long history takes a while: it is done as seldom as it is slow. */
  function count() {
    const start = performance.now();
    const counts = countIn(reader);
    countAgainAt = clock() + Math.max(1_000, 50 * (performance.now() - start));
    if (counts.deliveries !== state.counts.deliveries || counts.owed !== state.counts.owed)
      dispatch({ type: "counted", counts });
  }

  function onInput(input: string, key: Key, terminal: Terminal) {
    guarded(() => {
      for (const { name, text } of keyPresses(input, key)) {
        const command = commandFor(whereOf(state), name);
        if (command) obey(command, terminal);
        else if (text !== "") dispatch({ type: "typed", text });
      }
    });
  }

  function onPaste(text: string) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a filter has one line and no controls.
    dispatch({ type: "typed", text: text.replace(/[\u0000-\u001f\u007f]+/g, " ") });
  }

  function obey(command: Command, terminal: Terminal) {
    const { mode } = state;
    const id = selected(state)?.id;
    dispatch({ type: "command", command, end: scrollEnd(state) });
    switch (command) {
      case "quit":
        return ports.quit();
      case "suspend":
        return void suspend(terminal);
      case "redraw":
        app?.clear();
        return frames.request();
      case "replay":
        return id === undefined ? undefined : void replay(id);
      case "copy-endpoint":
        return copy(endpointOf(state), "the endpoint");
      case "copy-id":
        return id === undefined ? undefined : copy(String(id), `the number ${id}`);
      case "copy-body":
        return id === undefined ? undefined : copyBody(id);
      case "accept":
        return mode.kind === "remove" ? remove(mode.id) : undefined;
    }
  }

  async function replay(id: number) {
    dispatch({ type: "replaying", id });
    say(`#${id} is being sent again…`, "accent");
    try {
      const { status, outcome, problem, ms } = await ports.replay(id);
      const good = status !== null && status < 300;
      say(`#${id} sent again: ${status ?? `${outcome}: ${problem}`}, ${msText(ms)}`, good ? "good" : "bad");
    } catch (error) {
      trouble(error);
    }
    dispatch({ type: "replayed", id });
  }

  function remove(id: number) {
    ports.remove([id]);
    dispatch({ type: "removed", ids: [id] });
    count();
    say(`#${id} is forgotten`, "good");
  }

  function copyBody(id: number) {
    const body = reader.body(id);
    if (!body) return say(`#${id} is gone`, "bad");
    const text = body.size <= MOST_COPIED_BYTES ? asText(body.bytes()) : undefined;
    if (text === undefined) return say(`not copied: "hookspool show ${id} --raw" writes it out`, "warn");
    copy(text, `the body of #${id}`);
  }

  function copy(text: string, what: string) {
    if (ports.copy(text)) say(`copied ${what}`, "good");
    else say(`${what} is too long for the terminal's clipboard`, "warn");
  }

  async function suspend(terminal: Terminal) {
    const lent = await terminal.suspend();
    await ports.suspend();
    if (closed) return;
    await lent.resume();
    onResize();
  }

  function say(text: string, tone: Message["tone"], ms = MESSAGE_MS) {
    dispatch({ type: "said", message: { text, tone, until: clock() + ms } });
  }

  function trouble(error: unknown) {
    const text =
      error instanceof AppError ? `${error.message} (${error.code}). ${error.hint}` : String(error);
    say(text, "bad", TROUBLE_MS);
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
    app?.unmount();
  }

  return {
    observe: notices.observe,
    ready(ready, caution) {
      dispatch({ type: "ready", ready, caution: caution ?? null });
      if (caution !== undefined) say(caution, "warn", TROUBLE_MS);
    },
    trouble,
    close,
  };
}

/** What a person should have read stays longer. */
const TROUBLE_MS = 20_000;

/** More than this is refused by terminals; in bytes. */
const MOST_COPIED_BYTES = 74_000;

function countIn(reader: TuiPorts["reader"]): Counts {
  return { ...reader.counts(), newest: reader.nth(0) ?? 0 };
}

function sizeOf({ columns, rows }: NodeJS.WriteStream) {
  // The Windows console scrolls when its last cell is written.
  return { columns: columns || 80, rows: (rows || 24) - (process.platform === "win32" ? 1 : 0) };
}
