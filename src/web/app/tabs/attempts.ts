import { succeeded } from "../../../core/attempt.ts";
import { byteText, localTime, msText } from "../../../core/text.ts";
import type { ShownAttempt } from "../../protocol.ts";
import { shownBody, viewsOf } from "../body.ts";
import { el } from "../dom.ts";
import { headerTable } from "./headers.ts";
import type { Tab } from "./tab.ts";

/** What the handler said last. */
export const responseTab: Tab = {
  name: "Response",
  part: ({ delivery, attempts }) => [delivery.id, attempts.at(-1)],
  content({ attempts }) {
    const last = attempts.at(-1);
    if (!last) return [el("p", { class: "dim" }, "No answer yet.")];
    const title = el("p", {}, ...attemptTitle(last));
    if (!last.response) return [title];
    const { headers, body } = last.response;
    return [title, headerTable(headers), shownBody(body, viewsOf(body)[0] ?? "raw").element];
  },
};

export const attemptsTab: Tab = {
  name: "Attempts",
  part: ({ delivery, attempts }) => [delivery.id, delivery.owed, attempts],
  count: ({ attempts }) => attempts.length,
  content({ delivery, attempts }) {
    if (attempts.length === 0) return [el("p", { class: "dim" }, "Not sent anywhere yet.")];
    const list = el("ol", { class: "attempts" }, ...attempts.map(attemptItem));
    if (!delivery.owed) return [list];
    return [
      list,
      el("p", { class: "warn" }, "Owed: no handler has answered with a 2xx yet. Replay sends it again."),
    ];
  },
};

function attemptItem(attempt: ShownAttempt): HTMLElement {
  const { changes, startedAt, trigger, target } = attempt;
  const changed = [
    ...changes.removed.map((name) => `-${name}`),
    ...changes.set.map(([name, value]) => `${name}: ${value}`),
    ...(changes.body === undefined ? [] : [`another body, sha256 ${changes.body.slice(0, 12)}…`]),
  ];
  return el(
    "li",
    { value: attempt.number },
    el("div", {}, ...attemptTitle(attempt)),
    el("div", { class: "dim" }, `${trigger} ${localTime(startedAt)} to ${target}`),
    changed.length > 0 ? el("div", { class: "dim" }, `changed on the way: ${changed.join(", ")}`) : undefined,
  );
}

function attemptTitle(attempt: ShownAttempt): readonly (HTMLElement | string)[] {
  const { response, outcome, problem, status } = attempt;
  const words = response
    ? `${response.status} ${response.statusText}`.trim()
    : `${outcome}: ${problem ?? ""}`;
  const tone = succeeded({ outcome, status }) ? "good" : "bad";
  const size = response ? `  ${byteText(response.body.size)}` : "";
  return [el("strong", { class: tone }, words), ` ${msText(attempt.ms)}`, el("span", { class: "dim" }, size)];
}
