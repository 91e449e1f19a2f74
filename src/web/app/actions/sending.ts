import type { Forged, HandedOver } from "../../../core/actions.ts";
import { succeeded } from "../../../core/attempt.ts";
import { msText } from "../../../core/text.ts";
import type { Replayed } from "../../protocol.ts";
import { editBody } from "../dialogs/edit.ts";
import { chooseForgery } from "../dialogs/forge.ts";
import { editableText } from "../edited-text.ts";
import { say } from "../messages.ts";
import { type ActionContext, tried, withSelected } from "./context.ts";

/** A larger body is not for a text field. */
const EDITED_BODY_BYTES = 1024 * 1024;

/** What makes a handler get something. */
export function createSending(context: ActionContext) {
  const { api, about } = context;

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
    replay: withSelected(context, (id) => send(id, "again", api.replay(id))),
    resign: withSelected(context, (id) => send(id, "again, signed anew", api.resign(id))),
    edit: withSelected(context, edit),
    forge: tried(forge),
    hold: tried(hold),
    deliver: tried(deliver),
  };
}

const outcome = ({ tried, delivered }: HandedOver) =>
  `${tried} ${tried === 1 ? "delivery" : "deliveries"}, ${delivered} answered with 2xx`;

const toneOf = ({ tried, delivered }: HandedOver | Forged) => (delivered < tried ? "bad" : "good");
