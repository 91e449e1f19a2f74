import type { Forged, HandedOver } from "../../core/actions.ts";
import { succeeded } from "../../core/attempt.ts";
import { msText } from "../../core/text.ts";
import type { About, Replayed } from "../protocol.ts";
import type { Api } from "./api.ts";
import type { Deliveries } from "./deliveries.ts";
import { choose } from "./dialogs/choose.ts";
import { showDiff } from "./dialogs/diff.ts";
import { editBody } from "./dialogs/edit.ts";
import { chooseExport } from "./dialogs/export.ts";
import { chooseForgery } from "./dialogs/forge.ts";
import { el } from "./dom.ts";
import { editableText } from "./edited-text.ts";
import { say } from "./messages.ts";
import { linkTo } from "./token.ts";

interface Options {
  readonly api: Api;
  readonly deliveries: Deliveries;
  readonly about: () => About | undefined;
  readonly selected: () => number | undefined;
  /** Those that a person has marked, in their order. */
  readonly marked: () => readonly number[];
  /** These are forgotten. */
  readonly removed: (ids: readonly number[]) => void;
}

/** A larger body is not for a text field. */
const EDITED_BODY_BYTES = 1024 * 1024;

/** Deliveries forgotten in one go. */
const REMOVED_AT_ONCE = 500;

export type Actions = ReturnType<typeof createActions>;

/** All that a person can do, each with what it says while and after it is done. */
export function createActions({ api, deliveries, about, selected, marked, removed }: Options) {
  /** Whatever goes wrong is said. */
  const tried = (act: () => Promise<void>) => () => void act().catch(trouble);

  /** With what is selected. */
  const withSelected = (act: (id: number) => Promise<void>) =>
    tried(async () => {
      const id = selected();
      if (id !== undefined) await act(id);
    });

  /** With what is marked, or else with what is selected. */
  const withChosen = (act: (ids: readonly number[]) => Promise<void>) =>
    tried(async () => {
      const id = selected();
      const ids = marked().length > 0 ? marked() : id === undefined ? [] : [id];
      if (ids.length > 0) await act(ids);
    });

  async function send(id: number, how: string, sending: Promise<Replayed>) {
    say(`#${id} is being sent ${how}…`, "accent");
    const attempt = await sending;
    const { status, outcome, problem, ms } = attempt;
    const answer = status ?? `${outcome}: ${problem}`;
    say(`#${id} sent ${how}: ${answer}, ${msText(ms)}`, succeeded(attempt) ? "good" : "bad");
  }

  async function edit(id: number) {
    const body = await api.body(id);
    const text =
      body.size > EDITED_BODY_BYTES ? undefined : editableText(new Uint8Array(await body.arrayBuffer()));
    if (text === undefined) return say(`the body of #${id} is no text that fits into a field`, "warn");
    const { delivery } = await api.detail(id);
    const edited = await editBody({ id, text, provider: delivery.provider });
    if (edited) await send(id, "edited", api.sendEdited(id, edited.body, edited.signs));
  }

  async function forge() {
    const wish = await chooseForgery(await api.forgeable());
    if (!wish) return;
    say(`${wish.provider} ${wish.name} is being forged…`, "accent");
    const forged = await api.forge(wish);
    say([`forged ${outcome(forged)}`, forged.note].filter(Boolean).join(". "), toneOf(forged));
  }

  async function diff(ids: readonly number[]) {
    const id = selected();
    const others = ids.filter((one) => one !== id);
    // The older one stands on the left.
    const pair = (ids.length === 2 ? [...ids] : id === undefined ? [] : [others[0], id])
      .filter((one) => one !== undefined)
      .sort((a, b) => a - b);
    const [left, right] = pair;
    if (left === undefined || right === undefined || ids.length > 2)
      return say("mark one delivery with v, and select another to compare it with", "warn");
    showDiff(await api.diff(left, right), left, right);
  }

  async function copy() {
    const id = selected();
    const from = about()?.endpoint ?? about()?.local;
    const curl = async (secrets: "masked" | "shown") =>
      (await (await api.export([id ?? 0], { format: "curl", secrets })).text()).trimEnd();
    const choice = await choose("Copy", [
      ...(from ? [{ key: "e", name: "The endpoint", value: "endpoint" as const }] : []),
      { key: "l", name: "This page's link, its token in it", value: "link" as const },
      ...(id === undefined
        ? []
        : [
            { key: "b", name: "The body", value: "body" as const },
            { key: "i", name: "The number", value: "number" as const },
            { key: "c", name: "A curl command, secrets masked", value: "curl" as const },
            { key: "C", name: "A curl command with its secrets", value: "curl-secrets" as const },
          ]),
    ]);
    if (choice === "endpoint" && from) await write(from, "the endpoint");
    if (choice === "link")
      await write(linkTo(location.origin), "this page's link: whoever has it can do all this");
    if (id === undefined) return;
    if (choice === "number") await write(String(id), `the number ${id}`);
    if (choice === "body") await write(await (await api.body(id)).text(), `the body of #${id}`);
    if (choice === "curl") await write(await curl("masked"), `#${id} as a curl command`);
    if (choice === "curl-secrets")
      await write(await curl("shown"), `#${id} as a curl command, secrets and all`);
  }

  async function exportFile(ids: readonly number[]) {
    const choice = await chooseExport(nameOf(ids));
    if (choice) saveFile(await api.export(ids, choice));
  }

  async function forget(ids: readonly number[]) {
    const sure = await choose(`Forget ${nameOf(ids)}? Bodies and attempts go with it.`, [
      { key: "y", name: "Forget", value: true },
    ]);
    if (!sure) return;
    await api.remove(ids);
    removed(ids);
    say(`forgot ${nameOf(ids)}`, "good");
  }

  /** Everything that passes the filter, also what is not loaded. */
  async function clear() {
    const { source } = deliveries.filter();
    const what = source === "" ? "everything that is stored" : `everything that passes "${source}"`;
    const sure = await choose(`Forget ${what}?`, [{ key: "y", name: "Forget", value: true }]);
    if (!sure) return;
    let count = 0;
    let before: number | undefined;
    for (;;) {
      const page = await api.find({ filter: source, before, limit: REMOVED_AT_ONCE });
      const ids = page.deliveries.map(({ id }) => id);
      if (ids.length > 0) count += (await api.remove(ids)).removed;
      removed(ids);
      if (page.next === null) break;
      before = page.next;
    }
    say(`forgot ${count} deliveries`, "good");
  }

  async function hold() {
    const isHeld = about()?.isHeld;
    if (isHeld == null) return say("nothing is captured here, so nothing can be held", "warn");
    const now = await api.hold(!isHeld);
    if (now.isHeld) say("held: deliveries are kept and acknowledged, and wait", "warn");
    else say("resumed: what waited is handed over in order", "good");
  }

  async function deliver() {
    say("what is owed is being delivered…", "accent");
    const done = await api.deliverOwed();
    say(done.tried === 0 ? "nothing is owed" : `owed: ${outcome(done)}`, toneOf(done));
  }

  return {
    replay: withSelected((id) => send(id, "again", api.replay(id))),
    resign: withSelected((id) => send(id, "again, signed anew", api.resign(id))),
    edit: withSelected(edit),
    forge: tried(forge),
    diff: withChosen(diff),
    copy: tried(copy),
    export: withChosen(exportFile),
    delete: withChosen(forget),
    clear: tried(clear),
    hold: tried(hold),
    deliver: tried(deliver),
    /** The body's exact bytes, as a file. */
    save: withSelected(async (id) => saveFile(new File([await api.body(id)], `delivery-${id}`))),
    copyText: (text: string, what: string) => void write(text, what),
  };
}

const nameOf = (ids: readonly number[]) =>
  ids.length === 1 ? `delivery #${ids[0]}` : `${ids.length} deliveries`;

const outcome = ({ tried, delivered }: HandedOver) =>
  `${tried} ${tried === 1 ? "delivery" : "deliveries"}, ${delivered} answered with 2xx`;

const toneOf = ({ tried, delivered }: HandedOver | Forged) => (delivered < tried ? "bad" : "good");

async function write(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text);
    say(`copied ${what}`, "good");
  } catch {
    say("the browser does not let this page copy", "warn");
  }
}

function saveFile(file: File) {
  const url = URL.createObjectURL(file);
  el("a", { href: url, download: file.name }).click();
  URL.revokeObjectURL(url);
}

export function trouble(error: unknown): void {
  say(error instanceof Error ? error.message : String(error), "bad");
}
