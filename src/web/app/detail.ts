import { byteText, localTime } from "../../core/text.ts";
import type { SignatureFacts } from "../../core/verdict.ts";
import type { Detail } from "../protocol.ts";
import type { Actions } from "./actions/actions.ts";
import type { LoadedMedia } from "./api.ts";
import { byId, el } from "./dom.ts";
import { attemptsTab, responseTab } from "./tabs/attempts.ts";
import { createBodyTab } from "./tabs/body.ts";
import { headersTab } from "./tabs/headers.ts";
import { createJobTab } from "./tabs/job.ts";
import { createMediaTab } from "./tabs/media.ts";
import { createSignatureTab } from "./tabs/signature.ts";
import type { Tab } from "./tabs/tab.ts";
import { eventSign, verdictSign } from "./words.ts";

interface DetailOptions {
  readonly actions: () => Actions;
  readonly onBack: () => void;
  /** Shows another delivery. */
  readonly onGo: (id: number) => void;
  readonly loadSignature: (id: number) => Promise<SignatureFacts | null>;
  readonly loadMedia: (id: number, at: number) => Promise<LoadedMedia>;
  /** Whether files are fetched as soon as they are shown. */
  readonly fetchesMedia: () => boolean;
}

/** One delivery in full. */
export function createDetail({
  actions,
  onBack,
  onGo,
  loadSignature,
  loadMedia,
  fetchesMedia,
}: DetailOptions) {
  const pane = byId("detail");
  const title = el("h2", { class: "title", tabindex: -1 });
  const summary = el("p", { class: "summary" });
  const panel = el("div", { class: "panel", role: "tabpanel", id: "panel", tabindex: 0 });
  const bodyTab = createBodyTab();
  const mediaTab = createMediaTab({ load: loadMedia, isAutomatic: fetchesMedia });
  const jobTab = createJobTab({ go: onGo, width: () => Math.max(280, panel.clientWidth - 32) });
  const tabs: readonly Tab[] = [
    bodyTab,
    headersTab,
    responseTab,
    createSignatureTab({ load: loadSignature }),
    attemptsTab,
    jobTab,
    mediaTab,
  ];
  const tabButtons = new Map(tabs.map((one) => [one, tabButton(one, () => open(one))]));
  const tabList = el(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Parts of the delivery" },
    ...tabButtons.values(),
  );
  const back = el(
    "button",
    { type: "button", class: "back", title: "Back to the list (Esc)", onclick: onBack },
    "← Back",
  );
  const note = el("p", { class: "empty" }, "Nothing is selected.");
  const whole = el(
    "div",
    { class: "whole" },
    el("div", { class: "heading" }, back, title, actionButtons(actions)),
    summary,
    tabList,
    panel,
  );
  let detail: Detail | undefined;
  let tab: Tab = bodyTab;
  /** What stands in the panel, so that it is drawn anew only when it is something else. */
  let drawn = "";
  pane.append(note);
  new ResizeObserver(() => draw()).observe(panel);

  tabList.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.stopPropagation();
    event.preventDefault();
    turn(step);
    tabButtons.get(tab)?.focus();
  });

  function open(next: Tab) {
    if (next !== tab) panel.scrollTop = 0;
    tab = next;
    draw();
    tabButtons.get(next)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function turn(step: number) {
    open(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? tab);
  }

  function draw() {
    if (!detail) return;
    for (const [one, button] of tabButtons) {
      button.setAttribute("aria-selected", String(one === tab));
      button.tabIndex = one === tab ? 0 : -1;
      const count = one.count?.(detail) ?? 0;
      button.replaceChildren(one.name, ...(count > 0 ? [el("span", { class: "count" }, ` ${count}`)] : []));
    }
    panel.setAttribute("aria-labelledby", tabId(tab));
    drawHeading(detail, title, summary);
    const part = JSON.stringify([tab.name, tab.part(detail)]);
    if (part === drawn) return;
    drawn = part;
    panel.replaceChildren(...tab.content(detail));
  }

  return {
    show(next: Detail) {
      const isOther = next.delivery.id !== detail?.delivery.id;
      detail = next;
      if (!whole.isConnected) {
        note.remove();
        pane.append(whole);
      }
      draw();
      if (isOther) panel.scrollTop = 0;
    },
    clear() {
      detail = undefined;
      drawn = "";
      whole.remove();
      pane.append(note);
    },
    shown: () => detail,
    turn,
    focus: () => title.focus({ preventScroll: true }),
    scroll(lines: number) {
      panel.scrollBy({ top: lines });
    },
    pageHeight: () => Math.max(40, panel.clientHeight - 40),
    toggleWrap: () => void panel.classList.toggle("unwrapped"),
    foldAll(folds: boolean) {
      open(bodyTab);
      bodyTab.foldAll(folds);
    },
    /** Asks for all the images, videos and sounds that have not been asked for. */
    fetchMedia() {
      open(mediaTab);
      for (const button of panel.querySelectorAll<HTMLButtonElement>(".fetch:not(.other):enabled"))
        button.click();
    },
  };
}

function tabButton({ name }: Tab, onclick: () => void): HTMLButtonElement {
  return el(
    "button",
    { type: "button", role: "tab", id: tabId({ name }), "aria-controls": "panel", onclick },
    name,
  );
}

const tabId = ({ name }: Pick<Tab, "name">) => `tab-${name.toLowerCase()}`;

function actionButtons(actions: () => Actions): HTMLElement {
  const button = (name: string, title: string, onclick: () => void) =>
    el("button", { type: "button", title, onclick }, name);
  return el(
    "div",
    { class: "actions" },
    button("Replay", "Send exactly the same bytes again (r)", () => actions().replay()),
    button("Re-sign", "Send it again with a fresh time and signature (R)", () => actions().resign()),
    button("Edit", "Edit a copy and send it (e)", () => actions().edit()),
    button("Copy", "Copy (y)", () => actions().copy()),
    button("Export", "Export as a file (x)", () => actions().export()),
    button("Save", "Save the body's exact bytes", () => actions().save()),
    button("Delete", "Forget it (X)", () => actions().delete()),
  );
}

function drawHeading({ delivery }: Detail, title: HTMLElement, summary: HTMLElement): void {
  const [sign, tone] = eventSign(delivery);
  const [verdict, verdictTone] = verdictSign(delivery);
  const { id, provider, method, path, event, eventName, reason, bytes, receivedAt, owed } = delivery;
  title.replaceChildren(el("span", { class: "dim" }, `#${id} `), provider ?? `${method} ${path}`);
  summary.replaceChildren(
    el("span", { class: tone }, `${sign} ${event ?? eventName ?? "no event"}`),
    el("span", { class: verdictTone }, `${verdict} ${delivery.verdict}${reason ? ` (${reason})` : ""}`),
    el("span", { class: "dim" }, byteText(bytes)),
    el("span", { class: "dim" }, localTime(receivedAt)),
    owed ? el("span", { class: "warn" }, "owed") : "",
  );
}
