import type { Diff, DiffRow } from "../../../inspect/diff.ts";
import { el } from "../dom.ts";
import { closeButton, openDialog } from "./dialog.ts";

/** Two deliveries side by side; what differs is marked, what does not can be left out. */
export function showDiff(diff: Diff, left: number, right: number): void {
  const parts = [
    ["Request", diff.request],
    ["Headers", diff.headers],
    [{ json: "Body", lines: "Body, by lines", bytes: "Body, as a whole" }[diff.body.by], diff.body.rows],
  ] as const;
  const changed = parts.flatMap(([, rows]) => rows).filter(({ isSame }) => !isSame).length;
  let all = changed === 0;
  const box = el("div", { class: "differences", tabindex: 0, role: "region", "aria-label": "Differences" });
  const everything = el("input", { type: "checkbox", checked: all });
  everything.addEventListener("change", () => {
    all = everything.checked;
    draw();
  });

  function draw() {
    const shown = parts.map(([name, rows]) => [name, rows.filter(({ isSame }) => all || !isSame)] as const);
    const head = el(
      "tr",
      {},
      el("th", { scope: "col" }, "Where"),
      el("th", { scope: "col" }, `#${left}`),
      el("th", { scope: "col" }, `#${right}`),
    );
    const bodies = shown.flatMap(([name, rows]) =>
      rows.length === 0
        ? []
        : [
            el(
              "tbody",
              {},
              el("tr", { class: "part" }, el("th", { colspan: 3, scope: "rowgroup" }, name)),
              ...rows.slice(0, MOST_ROWS).map(diffRow),
              ...(rows.length > MOST_ROWS ? [cutRow(rows.length - MOST_ROWS)] : []),
            ),
          ],
    );
    box.replaceChildren(
      bodies.length === 0
        ? el("p", { class: "empty" }, "Nothing differs.")
        : el("table", {}, el("thead", {}, head), ...bodies),
    );
  }

  draw();
  const dialog = openDialog({
    name: "diff",
    title: `#${left} and #${right}: ${changed === 0 ? "nothing differs" : `${changed} ${changed === 1 ? "difference" : "differences"}`}`,
    content: [
      box,
      el(
        "div",
        { class: "choices" },
        el("label", {}, everything, " What is the same, too"),
        closeButton(() => dialog.close()),
      ),
    ],
    onKey(key) {
      if (key === "q" || key === "=") dialog.close();
    },
  });
}

/** Rows of one part that are drawn; nobody reads more. */
const MOST_ROWS = 2_000;

const cutRow = (count: number) => el("tr", {}, el("td", { colspan: 3, class: "dim" }, `and ${count} more`));

function diffRow({ at, left, right, isSame }: DiffRow): HTMLElement {
  const kind = isSame ? "same" : left === null ? "added" : right === null ? "removed" : "changed";
  return el(
    "tr",
    { class: kind },
    el("th", { scope: "row" }, at, isSame ? undefined : el("span", { class: "unseen" }, ` ${kind}`)),
    value(left),
    value(right),
  );
}

const value = (text: string | null) =>
  text === null ? el("td", { class: "none" }, el("span", { class: "dim" }, "–")) : el("td", {}, text);
