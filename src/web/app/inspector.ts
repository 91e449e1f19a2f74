import { succeeded } from "../../core/attempt.ts";
import type { DeliverySummary } from "../../core/delivery.ts";
import { msText } from "../../core/text.ts";
import { type Filter, parseFilter } from "../../inspect/filter.ts";
import type { About, Cursor, LiveMessage } from "../protocol.ts";
import { ApiError, createApi } from "./api.ts";
import { createDetail } from "./detail.ts";
import { choose, showHelp } from "./dialogs.ts";
import { byId, el } from "./dom.ts";
import { type KeyCommand, keyCommand } from "./keys.ts";
import { createList } from "./list.ts";
import { openLive } from "./live.ts";
import { announce, say } from "./messages.ts";
import { merged, type Rows, vanished, without } from "./rows.ts";

/** Deliveries asked for at once. */
const PAGE = 200;

/** More are not kept while the newest are looked at; scrolling down loads them again. */
const MOST_KEPT = 5_000;

/** Between two tries to reach a server that is gone: the first, and the longest. In ms. */
const RETRY_MS = { first: 300, most: 5_000 } as const;

/** How long a selection stands before its details are asked for, in ms: who runs through the list wants none. */
const SETTLE_MS = 80;

const FAILURES = "is:failure";

/** The page at work: what is known of the list, and all that a person can do. */
export function startInspector(token: string): void {
  const api = createApi(token);
  const panes = byId("panes");
  const filterInput = byId<HTMLInputElement>("filter");
  const filterNote = byId("filter-note");
  const wide = matchMedia("(min-width: 900px)");

  let rows: Rows = [];
  let filter = parseFilter("", 0) as Filter;
  /** Where the next older page begins; `null` at the oldest, `undefined` before the first. */
  let next: number | null | undefined;
  let loading = false;
  /** What came while the first page was on its way, and may be newer than what stands there. */
  let told: Rows = [];
  /** Grows with every new list: an answer to an older question is dropped. */
  let edition = 0;
  let selected: number | undefined;
  let follow = true;
  let about: About | undefined;
  let cursor: Cursor | undefined;
  let detailTimer: ReturnType<typeof setTimeout> | undefined;

  const list = createList({
    onSelect(id) {
      setFollow(false);
      select(id);
    },
    onOpen: () => setPane("detail"),
    onNearEnd: () => void loadOlder(),
  });
  const detail = createDetail({
    onBack: () => setPane("list"),
    onReplay: () => void replay(),
    onCopy: () => void copy(),
    onRemove: () => void remove(),
    onSave: () => void save(),
    onGo: (id) => {
      setFollow(false);
      select(id);
    },
  });

  filterInput.addEventListener("input", () => applyFilter(filterInput.value));
  filterInput.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") applyFilter("");
    if (event.key === "Escape" || event.key === "Enter") list.focus();
  });
  for (const pane of ["list", "detail"] as const)
    byId(pane).addEventListener("focusin", () => {
      panes.dataset.pane = pane;
    });
  byId("failures").addEventListener("click", toggleFailures);
  byId("follow").addEventListener("click", () => setFollow(!follow));
  byId("keys").addEventListener("click", showHelp);
  addEventListener("keydown", onKey);
  panes.dataset.pane = "list";
  void connect();

  /** Reads where things stand, then hears what comes after; again and again when the server goes away. */
  async function connect(retryMs: number = RETRY_MS.first): Promise<void> {
    try {
      const now = await api.about();
      setAbout(now);
      // A tab that is new begins where the store is; one that comes back goes on from what it has seen.
      if (cursor) await forgetVanished();
      else {
        cursor = now.cursor;
        restart();
      }
      let isOpen = false;
      openLive({
        token,
        cursor,
        take,
        opened() {
          isOpen = true;
          setConnection("live", "live");
        },
        lost: () => reconnect(isOpen ? RETRY_MS.first : retryMs),
      });
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 401 || error.status === 403)))
        return reconnect(retryMs);
      // It may be another hookspool that has the port for now.
      setConnection("refused", "open the link that hookspool shows now");
      setTimeout(() => void connect(RETRY_MS.most), RETRY_MS.most);
    }
  }

  function reconnect(afterMs: number) {
    setConnection("lost", "reconnecting…");
    setTimeout(() => void connect(Math.min(RETRY_MS.most, afterMs * 2)), afterMs);
  }

  function take(message: LiveMessage) {
    switch (message.type) {
      case "changes":
        cursor = message.cursor;
        return takeChanges(message.deliveries);
      case "restart":
        // The connection is closed after this; the next one begins anew.
        cursor = undefined;
        return;
      case "removed":
        return takeRemoved(message.ids);
      case "about":
        return setAbout(message.about);
      case "turned-away":
        return say(`turned away: ${message.reason}`, "warn");
    }
  }

  function takeChanges(deliveries: readonly DeliverySummary[]) {
    const newest = rows[0]?.id ?? 0;
    const arrived = deliveries.filter(({ id }) => id > newest).filter(filter.matches);
    if (next === undefined)
      told = [...told.filter(({ id }) => !deliveries.some((one) => one.id === id)), ...deliveries];
    rows = merged(rows, deliveries, { matches: filter.matches, oldest: next ?? 0 });
    if (follow && rows.length > MOST_KEPT) {
      rows = rows.slice(0, MOST_KEPT);
      next = rows.at(-1)?.id ?? null;
    }
    if (follow) select(rows[0]?.id);
    else if (isOfInterest(deliveries)) loadDetail(0);
    show();
    if (arrived.length > 0) announce(arrived);
  }

  /** What is shown has changed, or another delivery of its job has come. */
  function isOfInterest(deliveries: readonly DeliverySummary[]): boolean {
    const job = detail.shown()?.delivery.job;
    return deliveries.some((delivery) => delivery.id === selected || (job && delivery.job === job));
  }

  function takeRemoved(ids: readonly number[]) {
    const at = rows.findIndex(({ id }) => id === selected);
    rows = without(rows, ids);
    if (selected !== undefined && ids.includes(selected)) select((rows[at] ?? rows.at(-1))?.id);
    show();
  }

  /** Begins the list anew, with what the filter says now; what is known stands there until it is read again. */
  function restart() {
    edition += 1;
    rows = rows.filter(filter.matches);
    next = undefined;
    loading = false;
    told = [];
    keepSelected();
    show();
    void loadOlder();
  }

  async function loadOlder(): Promise<void> {
    if (loading || next === null) return;
    loading = true;
    const asked = edition;
    try {
      const page = await api.find({ filter: filter.source, before: next, limit: PAGE });
      if (asked !== edition) return;
      const oldest = page.next ?? 0;
      if (next === undefined) rows = merged(page.deliveries, told, { matches: filter.matches, oldest });
      else rows = merged(page.deliveries, rows, { matches: () => true, oldest: 0 });
      next = page.next;
      told = [];
      keepSelected();
    } catch (error) {
      if (asked === edition && error instanceof ApiError && error.status !== "network") trouble(error);
    }
    loading = false;
    show();
  }

  /** The newest is selected where nothing else is, or what was is not there any more. */
  function keepSelected() {
    if (follow || !rows.some(({ id }) => id === selected)) select(rows[0]?.id);
  }

  /** What was forgotten while nobody told. */
  async function forgetVanished() {
    const page = await api.find({ filter: filter.source, before: undefined, limit: PAGE });
    takeRemoved(vanished(rows, page.deliveries, page.next ?? 0));
  }

  function show() {
    const empty =
      next !== null
        ? "Loading…"
        : filter.source === ""
          ? `No deliveries yet.${about?.endpoint || about?.local ? ` Send one to ${about.endpoint ?? about.local}` : ""}`
          : "No delivery passes this filter.";
    list.show({ rows, selected, since: about?.since ?? 0, empty });
    if (filterNote.dataset.problem === undefined)
      filterNote.textContent =
        filter.source === "" ? "" : `${rows.length}${next === null ? "" : " or more"} pass the filter`;
  }

  function select(id: number | undefined) {
    if (id === selected) return;
    selected = id;
    if (id === undefined) detail.clear();
    else {
      list.reveal(id);
      loadDetail(SETTLE_MS);
    }
    show();
  }

  function loadDetail(afterMs: number) {
    clearTimeout(detailTimer);
    detailTimer = setTimeout(async () => {
      const id = selected;
      if (id === undefined || (!wide.matches && panes.dataset.pane === "list")) return;
      try {
        const found = await api.detail(id);
        if (id === selected) detail.show(found);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) takeRemoved([id]);
        else if (error instanceof ApiError && error.status !== "network") trouble(error);
      }
    }, afterMs);
  }

  function applyFilter(text: string) {
    if (filterInput.value !== text) filterInput.value = text;
    const parsed = parseFilter(text.trim(), Date.now());
    if ("problem" in parsed) {
      filterNote.dataset.problem = "";
      filterNote.textContent = parsed.problem;
      return;
    }
    delete filterNote.dataset.problem;
    const words = parsed.source.split(" ");
    byId("failures").setAttribute("aria-pressed", String(words.includes(FAILURES)));
    if (parsed.source === filter.source) return show();
    filter = parsed;
    restart();
  }

  function toggleFailures() {
    const words = filter.source.split(" ").filter((word) => word !== "");
    const others = words.filter((word) => word !== FAILURES);
    applyFilter((others.length < words.length ? others : [...words, FAILURES]).join(" "));
  }

  function setFollow(on: boolean) {
    follow = on;
    byId("follow").setAttribute("aria-pressed", String(on));
    if (on) select(rows[0]?.id);
  }

  /** On a narrow screen, one of the two is in sight. */
  function setPane(pane: "list" | "detail") {
    if (pane === "detail" && selected === undefined) return;
    panes.dataset.pane = pane;
    if (pane === "list") return list.focus();
    setFollow(false);
    loadDetail(0);
    detail.focus();
  }

  function setAbout(now: About) {
    about = now;
    const { endpoint, local, target, counts } = now;
    const from = endpoint ?? local;
    byId("route").replaceChildren(
      ...(from
        ? [
            el(
              "button",
              {
                type: "button",
                class: "link",
                title: "Copy the endpoint",
                onclick: () => void write(from, "the endpoint"),
              },
              from,
            ),
            el("span", { class: "dim" }, ` → ${target ?? ""}`),
          ]
        : [el("span", { class: "dim" }, `history: ${counts.deliveries} deliveries, ${counts.owed} owed`)]),
    );
    show();
  }

  function setConnection(state: "live" | "lost" | "refused", words: string) {
    const connection = byId("connection");
    connection.dataset.state = state;
    connection.textContent = words;
  }

  function onKey(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const pane = panes.dataset.pane === "detail" ? "detail" : "list";
    const command = keyCommand(pane, event.key);
    const onControl = event.target instanceof Element && event.target.closest("button, a, input, iframe");
    // A button that has the focus is pressed by its own keys.
    if (!command || (onControl && (event.key === "Enter" || event.key === " "))) return;
    event.preventDefault();
    obey(command, pane);
  }

  function obey(command: KeyCommand, pane: "list" | "detail") {
    const page = list.pageRows();
    switch (command) {
      case "down":
        return pane === "list" ? move(1) : detail.scroll(40);
      case "up":
        return pane === "list" ? move(-1) : detail.scroll(-40);
      case "page-down":
        return pane === "list" ? move(page) : detail.scroll(detail.pageHeight());
      case "page-up":
        return pane === "list" ? move(-page) : detail.scroll(-detail.pageHeight());
      case "first":
        return pane === "list" ? move(Number.NEGATIVE_INFINITY) : detail.scroll(-1e7);
      case "last":
        return pane === "list" ? move(Number.POSITIVE_INFINITY) : detail.scroll(1e7);
      case "next-delivery":
        return move(1);
      case "previous-delivery":
        return move(-1);
      case "follow":
        return setFollow(!follow);
      case "open":
        return setPane("detail");
      case "back":
        return setPane("list");
      case "next-tab":
        return detail.turn(1);
      case "previous-tab":
        return detail.turn(-1);
      case "wrap":
        return void detail.toggleWrap();
      case "filter":
        filterInput.focus();
        return filterInput.select();
      case "failures":
        return toggleFailures();
      case "clear-filter":
        return applyFilter("");
      case "replay":
        return void replay();
      case "copy":
        return void copy();
      case "remove":
        return void remove();
      case "help":
        return showHelp();
    }
  }

  function move(step: number) {
    if (rows.length === 0) return;
    const at = rows.findIndex(({ id }) => id === selected);
    const to = Math.min(rows.length - 1, Math.max(0, at + step));
    if (to === at) return;
    setFollow(false);
    select(rows[to]?.id);
  }

  async function replay() {
    const id = selected;
    if (id === undefined) return;
    say(`#${id} is being sent again…`, "accent");
    try {
      const attempt = await api.replay(id);
      const { status, outcome, problem, ms } = attempt;
      const answer = status ?? `${outcome}: ${problem}`;
      say(`#${id} sent again: ${answer}, ${msText(ms)}`, succeeded(attempt) ? "good" : "bad");
    } catch (error) {
      trouble(error);
    }
  }

  async function copy() {
    const id = selected;
    const from = about?.endpoint ?? about?.local;
    const choice = await choose("Copy", [
      ...(from ? [{ key: "e", name: "The endpoint", value: "endpoint" as const }] : []),
      ...(id === undefined
        ? []
        : [
            { key: "b", name: "The body", value: "body" as const },
            { key: "i", name: "The number", value: "number" as const },
            { key: "c", name: "A curl command (secrets masked)", value: "curl" as const },
          ]),
    ]);
    try {
      if (choice === "endpoint" && from) await write(from, "the endpoint");
      if (id === undefined) return;
      if (choice === "number") await write(String(id), `the number ${id}`);
      if (choice === "body") await write(await (await api.body(id)).text(), `the body of #${id}`);
      if (choice === "curl") await write(await api.curl(id), `#${id} as a curl command`);
    } catch (error) {
      trouble(error);
    }
  }

  async function write(text: string, what: string) {
    try {
      await navigator.clipboard.writeText(text);
      say(`copied ${what}`, "good");
    } catch {
      say("the browser does not let this page copy", "warn");
    }
  }

  async function remove() {
    const id = selected;
    if (id === undefined) return;
    const sure = await choose(`Forget delivery #${id}? Its body and attempts go with it.`, [
      { key: "y", name: "Forget it", value: true },
    ]);
    if (!sure) return;
    try {
      await api.remove(id);
      takeRemoved([id]);
      say(`#${id} is forgotten`, "good");
      if (panes.dataset.pane === "detail" && !wide.matches) setPane("list");
    } catch (error) {
      trouble(error);
    }
  }

  /** The body's exact bytes, as a file. */
  async function save() {
    const id = selected;
    if (id === undefined) return;
    try {
      const url = URL.createObjectURL(await api.body(id));
      el("a", { href: url, download: `delivery-${id}` }).click();
      URL.revokeObjectURL(url);
    } catch (error) {
      trouble(error);
    }
  }

  function trouble(error: unknown) {
    say(error instanceof Error ? error.message : String(error), "bad");
  }
}
