import { AppError } from "../core/errors.ts";
import { atDelivery } from "../core/inspector-link.ts";
import { msText } from "../core/text.ts";
import { diffDeliveries } from "../inspect/diff.ts";
import { asText } from "../inspect/dump.ts";
import { mediaIn } from "../inspect/media.ts";
import { readLine } from "./command-line.ts";
import { placeAt } from "./detail-text.ts";
import type { Command } from "./keymap.ts";
import { forgeRows } from "./overlays.ts";
import type { TuiPorts } from "./ports.ts";
import { type Action, MESSAGE_MS, ON_HOLD } from "./reduce.ts";
import { endpointOf } from "./selectors.ts";
import { type ForgeChoice, type Message, type State, selected } from "./state.ts";
import type { Terminal } from "./terminal.ts";

interface ActsOptions {
  readonly ports: TuiPorts;
  readonly terminal: Terminal;
  readonly state: () => State;
  readonly dispatch: (action: Action) => void;
  readonly clock: () => number;
  /** The terminal is ours again. */
  readonly onReturn: () => void;
}

/** What commands do to the world. What they do to the screen alone, the reducer knows. */
export interface Acts {
  obey(command: Command): void;
  trouble(error: unknown): void;
  say(text: string, tone: Message["tone"], ms?: number): void;
}

/** What a person should have read stays longer, in ms. */
export const TROUBLE_MS = 20_000;

/** More than this is refused by terminals; in bytes. */
const MOST_COPIED_BYTES = 74_000;

/** A larger body is not edited, compared or exported here, in bytes. */
const MOST_READ_BYTES = 16 * 1024 * 1024;

export function createActs({ ports, terminal, state, dispatch, clock, onReturn }: ActsOptions): Acts {
  const { reader } = ports;

  /** `words`: what stood behind the command's name on the command line. */
  function obey(command: Command, words = ""): unknown {
    const before = state();
    dispatch({ type: "command", command });
    const id = selected(before)?.id;
    const withId = (act: (id: number) => unknown) => (id === undefined ? undefined : act(id));
    switch (command) {
      case "quit":
        return ports.quit();
      case "suspend":
        return attempt(() => lent(ports.suspend));
      case "redraw":
        return terminal.forget();
      case "replay":
        return withId((id) => attempt(() => replay(id, "sent again", ports.replay)));
      case "resign":
        return withId((id) => attempt(() => replay(id, "signed anew and sent", ports.replayResigned)));
      case "edit":
        return withId((id) => attempt(() => edit(id)));
      case "refuse":
      case "accept":
        return accept(before, command === "accept");
      case "forge":
        return attempt(() => openForge(words));
      case "diff":
        return attempt(async () => compare(before));
      case "fetch":
        return withId(() => attempt(() => askOutputs(before)));
      case "browse":
        return attempt(() => browse(before));
      case "copy":
        return words === "" ? undefined : copyNamed(words);
      case "copy-endpoint":
        return copy(endpointOf(before), "the endpoint");
      case "copy-id":
        return withId((id) => copy(String(id), `the number ${id}`));
      case "copy-body":
        return withId(copyBody);
      case "copy-curl":
        return withId((id) => attempt(() => copyCurl(id)));
      case "copy-inspector":
        return copyInspector(before);
      case "export":
        return words === "" ? undefined : attempt(() => exportAs(state(), words));
      case "export-curl":
      case "export-fixture":
      case "export-har":
      case "export-http":
      case "export-json":
        return attempt(() => exportAs(before, command.replace("export-", "")));
      case "filter":
        return words === "" ? undefined : filter(words);
      case "hold":
        return attempt(async () => hold());
      case "deliver":
        return attempt(deliverOwed);
      case "clear":
        return askToClear(before);
    }
  }

  function accept({ mode, ...before }: State, isYes: boolean): unknown {
    switch (mode.kind) {
      case "remove":
        return remove(mode.ids);
      case "resign":
        return attempt(() =>
          replay(mode.edit.of, "edited and sent", () => ports.sendEdited({ ...mode.edit, signs: isYes })),
        );
      case "forge": {
        const choice = forgeRows({ mode, ...before })[mode.cursor];
        return choice && attempt(() => forge(choice));
      }
      case "line":
        return runLine(mode.text);
    }
  }

  function runLine(text: string): unknown {
    const meaning = readLine(text);
    switch (meaning.kind) {
      case "command":
        return obey(meaning.command, meaning.rest);
      case "go":
        if (reader.delivery(meaning.id)) return dispatch({ type: "gone", id: meaning.id });
        return say(`there is no delivery ${meaning.id}`, "bad");
    }
  }

  async function replay(id: number, how: string, send: TuiPorts["replay"]) {
    dispatch({ type: "replaying", id });
    say(`#${id} is being sent…`, "accent");
    try {
      const { status, outcome, problem, ms } = await send(id);
      const good = status !== null && status < 300;
      say(`#${id} ${how}: ${status ?? `${outcome}: ${problem}`}, ${msText(ms)}`, good ? "good" : "bad");
    } finally {
      dispatch({ type: "replayed", id });
    }
  }

  async function edit(id: number) {
    const body = wholeBody(id);
    if (!body) return;
    const edited = await lent(() => ports.edit(body));
    if (Buffer.compare(edited, body) === 0) return say("nothing was changed, so nothing is sent", "warn");
    dispatch({ type: "asked", mode: { kind: "resign", edit: { of: id, body: edited } } });
  }

  /** Gives the terminal to somebody else meanwhile. */
  async function lent<T>(use: () => Promise<T>): Promise<T> {
    terminal.lend();
    try {
      return await use();
    } finally {
      onReturn();
    }
  }

  async function openForge(words: string) {
    if (!state().forgeChoices) {
      const { forgeChoices } = await import("./catalogue.ts");
      dispatch({ type: "choices", choices: forgeChoices() });
    }
    if (words !== "") dispatch({ type: "typed", text: words });
  }

  async function forge(choice: ForgeChoice) {
    const what = `${choice.provider} ${choice.name}`;
    dispatch({ type: "forged", choice });
    say(`forging ${what}…`, "accent");
    const { tried, delivered, note } = await ports.forge(choice);
    const how = tried === 1 ? (delivered === 1 ? "taken" : "not taken") : `${delivered} of ${tried} taken`;
    const words = `forged ${what}: ${how} by the handler`;
    if (note === null) say(words, delivered === tried ? "good" : "warn");
    else say(`${words}. ${note}`, "warn", TROUBLE_MS);
  }

  function compare(before: State) {
    const [left, right] = pairOf(before);
    if (left === undefined || right === undefined)
      return say("mark two deliveries with Space, or one and select another", "warn");
    const sides = [left, right].map((id) => {
      const delivery = reader.delivery(id);
      const stored = reader.body(id);
      return (
        delivery && { delivery, body: stored && stored.size <= MOST_READ_BYTES ? stored.bytes() : undefined }
      );
    });
    const [a, b] = sides;
    if (!a || !b) return say("one of the two is gone", "bad");
    dispatch({ type: "compared", left, right, diff: diffDeliveries(a, b) });
  }

  async function askOutputs({ detail }: State) {
    const media = mediaIn(asText(detail?.body ?? new Uint8Array()) ?? "");
    if (media.length === 0) return say("no URLs stand in this body", "warn");
    await Promise.all(
      media.slice(0, MOST_ASKED).map(async ({ url }) => {
        dispatch({ type: "output", url, facts: null });
        const facts = await ports.askOutput(url).catch((error: Error) => ({ problem: error.message }));
        dispatch({ type: "output", url, facts });
      }),
    );
  }

  async function browse(before: State) {
    const place = before.focus === "detail" ? placeAt(before) : undefined;
    if (place && "url" in place) return open(place.url, place.url);
    const link = linkOf(before);
    if (!link) return say("there is no inspector in this session", "warn");
    const id = selected(before)?.id;
    return open(link, id === undefined ? "the inspector" : `the inspector at #${id}`);
  }

  async function open(url: string, what: string) {
    if (await ports.browse(url)) say(`opening ${what}`, "good");
    else if (url === linkOf(state())) say("no browser could be opened; y l copies the link", "warn");
    else say("no browser could be opened", "warn");
  }

  function hold() {
    const isHeld = ports.isHeld();
    if (isHeld) ports.resume();
    else ports.hold();
    dispatch({ type: "held", isHeld: !isHeld });
    if (isHeld) say("forwarding again; what was held is handed over in order", "good");
    else say(ON_HOLD, "warn");
  }

  async function deliverOwed() {
    say("delivering what is owed…", "accent");
    const { tried, delivered } = await ports.deliverOwed();
    if (tried === 0) say("nothing is owed that could be delivered now", "warn");
    else say(`delivered ${delivered} of ${tried} that were tried`, delivered === tried ? "good" : "warn");
  }

  function askToClear({ filter }: State) {
    const ids: number[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const { deliveries, next } = reader.search(filter.asks, { limit: 5_000, before });
      ids.push(...deliveries.map(({ id }) => id));
      before = next;
    }
    if (ids.length > 0) dispatch({ type: "asked", mode: { kind: "remove", ids, isAll: true } });
  }

  function remove(ids: readonly number[]) {
    ports.remove(ids);
    dispatch({ type: "removed", ids });
    say(ids.length === 1 ? `#${ids[0]} is forgotten` : `${ids.length} deliveries are forgotten`, "good");
  }

  function filter(words: string) {
    dispatch({ type: "command", command: "cancel" });
    dispatch({ type: "filtered", text: words });
  }

  async function exportAs({ mode, about }: State, name: string) {
    if (mode.kind !== "export") return;
    dispatch({ type: "command", command: "cancel" });
    const { documentOf, exportDelivery, formatNamed } = await import("../inspect/export.ts");
    const format = formatNamed(name);
    const { ids } = mode;
    if (!format.holdsMany && ids.length > 1)
      return say(`a ${name} file holds one delivery: mark no more than one`, "warn");
    const kept = ids.flatMap((id) => exportDelivery(reader, id, { target: about.target }) ?? []);
    if (kept.length === 0) return say("nothing of it is kept", "bad");
    const stem = ids.length === 1 ? `delivery-${ids[0]}` : `deliveries-${ids[0]}-${ids.at(-1)}`;
    const path = await ports.writeFile(stem, format.extension, documentOf(format, kept));
    say(`written to ${path}, secrets masked`, "good");
  }

  function wholeBody(id: number): Uint8Array | undefined {
    const stored = reader.body(id);
    if (stored && stored.size <= MOST_READ_BYTES) return stored.bytes();
    say(stored ? `the body of #${id} is too large for that` : `the body of #${id} is gone`, "bad");
    return undefined;
  }

  async function copyCurl(id: number) {
    const { documentOf, exportDelivery, formatNamed } = await import("../inspect/export.ts");
    const exported = exportDelivery(reader, id, { target: state().about.target });
    if (!exported) return say(`#${id} is gone`, "bad");
    copy(
      Buffer.from(documentOf(formatNamed("curl"), [exported]))
        .toString()
        .trimEnd(),
      `#${id} as curl`,
    );
  }

  function copyBody(id: number) {
    const body = reader.body(id);
    if (!body) return say(`#${id} is gone`, "bad");
    const text = body.size <= MOST_COPIED_BYTES ? asText(body.bytes()) : undefined;
    if (text === undefined) return say(`not copied: "hookspool show ${id} --raw" writes it out`, "warn");
    copy(text, `the body of #${id}`);
  }

  function copyInspector(before: State) {
    const link = linkOf(before);
    const id = selected(before)?.id;
    const where = id === undefined ? "" : ` to #${id}`;
    if (link) copy(link, `the inspector's link${where}, with its token`);
    else say("there is no inspector in this session", "warn");
  }

  function copyNamed(words: string) {
    const command = `copy-${words}` as Command;
    if (!copyCommands.includes(command))
      return say(`copy what? ${copyCommands.map((name) => name.replace("copy-", "")).join(", ")}`, "bad");
    obey(command);
  }

  function copy(text: string, what: string) {
    if (ports.copy(text)) say(`copied ${what}`, "good");
    else say(`${what} is too long for the terminal's clipboard`, "warn");
  }

  function attempt(act: () => Promise<unknown>) {
    act().catch(trouble);
  }

  function say(text: string, tone: Message["tone"], ms = MESSAGE_MS) {
    dispatch({ type: "said", message: { text, tone, until: clock() + ms } });
  }

  function trouble(error: unknown) {
    say(wordsOf(error, ports.hintHere), "bad", TROUBLE_MS);
  }

  return { obey: (command) => void obey(command), trouble, say };
}

/** More files than these are not asked about at once. */
const MOST_ASKED = 20;

const copyCommands: readonly Command[] = [
  "copy-endpoint",
  "copy-body",
  "copy-curl",
  "copy-id",
  "copy-inspector",
];

/** The two marked, or the marked and the selected one; the older to the left. */
function pairOf(state: State): readonly number[] {
  const id = selected(state)?.id;
  const { marks } = state;
  const pair = marks.length === 1 && id !== undefined && id !== marks[0] ? [...marks, id] : marks;
  return pair.length === 2 ? pair.toSorted((a, b) => a - b) : [];
}

/** Into the inspector, at the delivery that is selected. */
function linkOf(state: State): string | undefined {
  const inspector = state.about.ready?.inspector ?? undefined;
  const id = selected(state)?.id;
  return inspector === undefined || id === undefined ? inspector : atDelivery(inspector, id);
}

function wordsOf(error: unknown, hintHere: TuiPorts["hintHere"]): string {
  if (error instanceof AppError) return `${error.message} (${error.code}). ${hintHere(error.hint)}`;
  return error instanceof Error ? error.message : String(error);
}
