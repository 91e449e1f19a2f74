import type { DeliverySummary } from "../../core/delivery.ts";
import { msText } from "../../core/text.ts";
import { byId, el } from "./dom.ts";
import type { Rows } from "./rows.ts";
import { answerOf, eventSign, marksOf, timeText, verdictSign } from "./words.ts";

interface ListOptions {
  readonly onSelect: (id: number) => void;
  readonly onOpen: (id: number) => void;
  /** The end of what is loaded comes into sight. */
  readonly onNearEnd: () => void;
}

interface Shown {
  readonly rows: Rows;
  readonly selected: number | undefined;
  /** Those that a person has marked. */
  readonly marked: readonly number[];
  /** The newest delivery before this session. */
  readonly since: number;
  /** What stands where there are no rows. */
  readonly empty: string;
}

/** Rows drawn above and below what is in sight. */
const MARGIN_ROWS = 10;

/** The list: only the rows in sight are elements, however many there are. */
export function createList({ onSelect, onOpen, onNearEnd }: ListOptions) {
  const box = byId("list");
  const strut = el("div", { class: "strut", role: "presentation" });
  const emptyNote = el("p", { class: "empty" });
  const elements = new Map<number, { readonly element: HTMLElement; readonly key: string }>();
  let shown: Shown = { rows: [], selected: undefined, marked: [], since: 0, empty: "" };
  let rowHeight = 0;
  let asked = false;
  box.append(strut, emptyNote);
  box.tabIndex = 0;
  box.setAttribute("aria-label", "Deliveries, newest first");

  const request = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
  box.addEventListener("scroll", request, { passive: true });
  new ResizeObserver(() => {
    rowHeight = 0;
    request();
  }).observe(box);
  box.addEventListener("click", ({ target }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-id]") : null;
    if (!row) return;
    onSelect(Number(row.dataset.id));
    onOpen(Number(row.dataset.id));
  });

  function measure() {
    rowHeight ||= Number.parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 36;
  }

  function draw() {
    measure();
    const { rows, selected, since } = shown;
    const marked = new Set(shown.marked);
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - MARGIN_ROWS);
    const last = Math.min(
      rows.length,
      Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + MARGIN_ROWS,
    );
    strut.style.height = `${rows.length * rowHeight}px`;
    emptyNote.textContent = rows.length === 0 ? shown.empty : "";
    // A list of choices that has none is no list.
    box.setAttribute("role", rows.length === 0 ? "group" : "listbox");
    const now = Date.now();
    const visible = new Set<number>();
    for (let at = first; at < last; at += 1) {
      const delivery = rows[at];
      if (!delivery) break;
      visible.add(delivery.id);
      const isMarked = marked.has(delivery.id);
      const key = `${JSON.stringify(delivery)} ${since} ${isMarked}`;
      const known = elements.get(delivery.id);
      const element = known?.key === key ? known.element : rowElement(delivery, { now, since, isMarked });
      if (element !== known?.element) {
        known?.element.remove();
        elements.set(delivery.id, { element, key });
        strut.append(element);
      }
      element.style.transform = `translateY(${at * rowHeight}px)`;
      element.setAttribute("aria-selected", String(delivery.id === selected));
      element.setAttribute("aria-posinset", String(at + 1));
      element.setAttribute("aria-setsize", String(rows.length));
    }
    for (const [id, { element }] of elements) {
      if (visible.has(id)) continue;
      element.remove();
      elements.delete(id);
    }
    if (selected === undefined || !visible.has(selected)) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", rowId(selected));
    if (last >= rows.length - MARGIN_ROWS) onNearEnd();
  }

  return {
    /** Draws other rows; what is looked at stays where it is when something comes above it. */
    show(next: Shown) {
      const top = Math.floor(box.scrollTop / (rowHeight || 1));
      const anchor = top > 0 ? shown.rows[top] : undefined;
      const at = anchor ? next.rows.findIndex(({ id }) => id === anchor.id) : -1;
      const grown = at > top;
      shown = next;
      if (grown) {
        strut.style.height = `${next.rows.length * rowHeight}px`;
        box.scrollTop += (at - top) * rowHeight;
      }
      request();
    },
    /** Brings a delivery into sight. */
    reveal(id: number) {
      const at = shown.rows.findIndex((row) => row.id === id);
      if (at === -1) return;
      measure();
      const [from, to] = [at * rowHeight, (at + 1) * rowHeight];
      strut.style.height = `${shown.rows.length * rowHeight}px`;
      if (from < box.scrollTop) box.scrollTop = from;
      else if (to > box.scrollTop + box.clientHeight) box.scrollTop = to - box.clientHeight;
      request();
    },
    focus: () => box.focus({ preventScroll: true }),
    pageRows: () => Math.max(1, Math.floor(box.clientHeight / (rowHeight || 36)) - 1),
  };
}

const rowId = (id: number) => `delivery-${id}`;

interface RowContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly since: number;
  readonly isMarked: boolean;
}

/** One delivery in the list: when, whose, what, about which job, signed how, answered how. */
function rowElement(delivery: DeliverySummary, { now, since, isMarked }: RowContext): HTMLElement {
  const { id, provider, event, eventName, job, method, path, lastMs, verdict, reason } = delivery;
  const [sign, eventTone] = eventSign(delivery);
  const [verdictText, verdictTone] = verdictSign(delivery);
  const [answer, answerTone] = answerOf(delivery, since);
  const name = event ?? eventName ?? "";
  return el(
    "div",
    { class: "row", role: "option", id: rowId(id), "data-id": id, "data-marked": isMarked },
    el(
      "span",
      { class: "number" },
      `#${id}`,
      isMarked ? el("span", { class: "unseen" }, " marked") : undefined,
    ),
    el("span", { class: "time dim" }, timeText(delivery.receivedAt, now)),
    el("span", { class: "whose" }, provider ?? `${method} ${path}`),
    el("span", { class: `event ${eventTone}` }, name === "" ? "" : `${sign} ${name}`),
    el("span", { class: "job dim" }, job ?? ""),
    el(
      "span",
      { class: `verdict ${verdictTone}`, title: `signature ${verdict}${reason ? ` (${reason})` : ""}` },
      verdictText,
      el("span", { class: "unseen" }, ` signature ${verdict}`),
    ),
    el(
      "span",
      { class: "marks" },
      ...marksOf(delivery).map(([text, tone, title]) => el("span", { class: `mark ${tone}`, title }, text)),
    ),
    el("span", { class: `answer ${answerTone}` }, answer),
    el("span", { class: "ms dim" }, lastMs === null ? "" : msText(lastMs)),
  );
}
