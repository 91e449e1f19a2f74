import { byteText, localTime } from "../../core/text.ts";
import type { Detail } from "../protocol.ts";
import { type BodyView, bodyElement, viewsOf } from "./body.ts";
import { byId, el } from "./dom.ts";
import { attemptsTab, responseTab } from "./tabs/attempts.ts";
import { headersTab } from "./tabs/headers.ts";
import { jobTab } from "./tabs/job.ts";
import { mediaTab } from "./tabs/media.ts";
import { signatureTab } from "./tabs/signature.ts";
import { eventSign, verdictSign } from "./words.ts";

interface DetailOptions {
  readonly onBack: () => void;
  readonly onReplay: () => void;
  readonly onCopy: () => void;
  readonly onRemove: () => void;
  readonly onSave: () => void;
  /** Shows another delivery. */
  readonly onGo: (id: number) => void;
}

const tabs = ["Body", "Headers", "Response", "Signature", "Attempts", "Job", "Media"] as const;

type Tab = (typeof tabs)[number];

/** One delivery in full. */
export function createDetail(options: DetailOptions) {
  const pane = byId("detail");
  const title = el("h2", { class: "title", tabindex: -1 });
  const summary = el("p", { class: "summary" });
  const action = (name: string, key: string, onclick: () => void) =>
    el("button", { type: "button", title: `${name} (${key})`, onclick }, name);
  const actions = el(
    "div",
    { class: "actions" },
    action("Replay", "r", options.onReplay),
    action("Copy", "y", options.onCopy),
    el("button", { type: "button", title: "Save the body's exact bytes", onclick: options.onSave }, "Save"),
    action("Delete", "X", options.onRemove),
  );
  const back = el(
    "button",
    { type: "button", class: "back", title: "Back to the list (Esc)", onclick: options.onBack },
    "← Back",
  );
  const tabButtons = new Map(
    tabs.map((name) => [
      name,
      el(
        "button",
        { type: "button", role: "tab", id: tabId(name), "aria-controls": "panel", onclick: () => open(name) },
        name,
      ),
    ]),
  );
  const tabList = el(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Parts of the delivery" },
    ...tabButtons.values(),
  );
  const panel = el("div", { class: "panel", role: "tabpanel", id: "panel", tabindex: 0 });
  const note = el("p", { class: "empty" }, "Nothing is selected.");
  const whole = el(
    "div",
    { class: "whole" },
    el("div", { class: "heading" }, back, title, actions),
    summary,
    tabList,
    panel,
  );
  let detail: Detail | undefined;
  let tab: Tab = "Body";
  let view: BodyView = "pretty";
  pane.append(note);

  tabList.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.stopPropagation();
    event.preventDefault();
    turn(step);
    tabButtons.get(tab)?.focus();
  });

  function open(name: Tab) {
    tab = name;
    panel.scrollTop = 0;
    draw();
    tabButtons.get(name)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function turn(step: number) {
    open(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? tab);
  }

  function draw() {
    for (const [name, button] of tabButtons) {
      button.setAttribute("aria-selected", String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
      const count = detail ? countOf(name, detail) : 0;
      button.replaceChildren(name, ...(count > 0 ? [el("span", { class: "count" }, String(count))] : []));
    }
    panel.setAttribute("aria-labelledby", tabId(tab));
    if (!detail) return;
    const { delivery } = detail;
    const [sign, tone] = eventSign(delivery);
    const [verdict, verdictTone] = verdictSign(delivery);
    title.replaceChildren(
      el("span", { class: "dim" }, `#${delivery.id} `),
      delivery.provider ?? `${delivery.method} ${delivery.path}`,
    );
    summary.replaceChildren(
      el("span", { class: tone }, `${sign} ${delivery.event ?? delivery.eventName ?? "no event"}`),
      el(
        "span",
        { class: verdictTone },
        `${verdict} ${delivery.verdict}${delivery.reason ? ` (${delivery.reason})` : ""}`,
      ),
      el("span", { class: "dim" }, byteText(delivery.bytes)),
      el("span", { class: "dim" }, localTime(delivery.receivedAt)),
      delivery.owed ? el("span", { class: "warn" }, "owed") : "",
    );
    panel.replaceChildren(...content(detail));
  }

  function content(detail: Detail): readonly HTMLElement[] {
    switch (tab) {
      case "Body":
        return bodyTab(detail);
      case "Headers":
        return headersTab(detail);
      case "Response":
        return responseTab(detail);
      case "Signature":
        return signatureTab(detail);
      case "Attempts":
        return attemptsTab(detail);
      case "Job":
        return jobTab(detail, options.onGo);
      case "Media":
        return mediaTab(detail);
    }
  }

  function bodyTab({ body }: Detail): readonly HTMLElement[] {
    const views = viewsOf(body);
    const shown = views.includes(view) ? view : (views[0] ?? "raw");
    const buttons = views.map((name) =>
      el(
        "button",
        { type: "button", "aria-pressed": String(name === shown), onclick: () => look(name) },
        name,
      ),
    );
    const choice = el(
      "div",
      { class: "views", role: "group", "aria-label": "How the body is shown" },
      ...buttons,
    );
    return views.length > 1 && body.size > 0
      ? [choice, bodyElement(body, shown)]
      : [bodyElement(body, shown)];
  }

  function look(name: BodyView) {
    view = name;
    draw();
    panel.querySelector<HTMLElement>('.views [aria-pressed="true"]')?.focus();
  }

  return {
    show(next: Detail) {
      const isOther = next.delivery.id !== detail?.delivery.id;
      detail = next;
      note.remove();
      pane.append(whole);
      draw();
      if (isOther) panel.scrollTop = 0;
    },
    clear() {
      detail = undefined;
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
    toggleWrap: () => panel.classList.toggle("unwrapped"),
  };
}

const tabId = (name: Tab) => `tab-${name.toLowerCase()}`;

/** How many things a tab has, where that is worth knowing before it is opened. */
function countOf(tab: Tab, { attempts, job, media }: Detail): number {
  switch (tab) {
    case "Attempts":
      return attempts.length;
    case "Job":
      return job.length;
    case "Media":
      return media.length;
    default:
      return 0;
  }
}
