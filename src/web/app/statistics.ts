import { clockTime, msText } from "../../core/text.ts";
import type { Figures, Statistics } from "../protocol.ts";
import { barChart, lineChart } from "./charts.ts";
import { byId, el } from "./dom.ts";

/** The strip under the header: how much comes and how well it is answered. */
export function createStatistics() {
  const strip = byId("statistics");
  const figures = el("div", { class: "figures" });
  const groups = el("div", {
    class: "groups",
    id: "groups",
    tabindex: 0,
    role: "region",
    "aria-label": "By provider and event",
  });
  const toggle = el(
    "button",
    {
      type: "button",
      "aria-label": "By provider and event",
      "aria-expanded": "false",
      "aria-controls": "groups",
      onclick: toggleGroups,
    },
    el("span", { class: "words" }, "By provider "),
    "▾",
  );
  let shown: Statistics | undefined;
  groups.hidden = true;
  strip.append(el("div", { class: "strip" }, figures, toggle), groups);

  function toggleGroups() {
    groups.hidden = !groups.hidden;
    toggle.setAttribute("aria-expanded", String(!groups.hidden));
    draw();
  }

  function draw() {
    if (!shown) return;
    strip.dataset.empty = String(shown.total.deliveries === 0);
    figures.replaceChildren(...stripFigures(shown));
    if (!groups.hidden) groups.replaceChildren(groupTable(shown));
  }

  return {
    show(statistics: Statistics) {
      shown = statistics;
      draw();
    },
    toggle() {
      strip.hidden = !strip.hidden;
    },
  };
}

function stripFigures({ from, perSecond, total, periods }: Statistics): readonly HTMLElement[] {
  const since = `since ${clockTime(from)}`;
  const share = shareText(total);
  const [p50, p95] = [timeText(total.p50), timeText(total.p95)];
  const rate = `${perSecond < 10 ? Number(perSecond.toFixed(1)) : Math.round(perSecond)}/s`;
  const most = Math.max(0, ...periods.map(({ deliveries }) => deliveries));
  return [
    figure(
      "Deliveries",
      String(total.deliveries),
      rate,
      barChart(`${total.deliveries} deliveries ${since}, ${rate} now, at most ${most} in one bar`, [
        { tone: "accent", values: periods.map(({ deliveries }) => deliveries) },
      ]),
    ),
    figure(
      "Answered 2xx",
      share,
      `of ${total.attempts}`,
      barChart(`${share} of ${total.attempts} attempts ${since} were answered with 2xx`, [
        { tone: "good", values: periods.map(({ succeeded }) => succeeded) },
        { tone: "bad", values: periods.map(({ attempts, succeeded }) => attempts - succeeded) },
      ]),
    ),
    figure(
      "Handler p50 · p95",
      p50,
      `· ${p95}`,
      lineChart(`the handler took ${p50} in the middle, ${p95} at the 95th percentile, ${since}`, [
        { tone: "warn", values: periods.map((period) => period.p95) },
        { tone: "accent", values: periods.map((period) => period.p50) },
      ]),
    ),
  ];
}

const figure = (name: string, value: string, more: string, chart: SVGSVGElement) =>
  el(
    "div",
    { class: "figure" },
    el("span", { class: "name dim" }, name),
    el("strong", {}, value, el("span", { class: "dim" }, ` ${more}`)),
    chart,
  );

const columns = ["Provider", "Event", "Deliveries", "2xx", "p50", "p95"] as const;

function groupTable({ groups, total }: Statistics): HTMLElement {
  const rows = groups.map((group) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, group.provider ?? "unknown"),
      el("td", {}, group.event ?? ""),
      el("td", { class: "share" }, String(group.deliveries), meter(group.deliveries / total.deliveries)),
      el("td", { class: group.succeeded < group.attempts ? "bad" : "" }, shareText(group)),
      el("td", {}, timeText(group.p50)),
      el("td", {}, timeText(group.p95)),
    ),
  );
  const head = el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows));
}

/** How much of the whole it is, for the eye; the number stands beside it. */
function meter(share: number): HTMLElement {
  const bar = el("span", { class: "meter", "aria-hidden": "true" });
  bar.style.setProperty("--share", String(share));
  return bar;
}

function shareText({ attempts, succeeded }: Figures): string {
  if (attempts === 0) return "–";
  const percent = (succeeded / attempts) * 100;
  // All is all: 999 of 1,000 are not 100 %.
  return `${percent === 100 ? 100 : Math.min(99.9, Number(percent.toFixed(1)))} %`;
}

const timeText = (ms: number | null) => (ms === null ? "–" : msText(ms < 10 ? Number(ms.toFixed(1)) : ms));
