import { type Filter, meantBy } from "../../inspect/filter.ts";
import type { About, LiveMessage } from "../protocol.ts";
import { createActions } from "./actions/actions.ts";
import { trouble } from "./actions/context.ts";
import { ApiError, createApi } from "./api.ts";
import { commandsFor } from "./commands.ts";
import { keepConnected } from "./connection.ts";
import { createDeliveries } from "./deliveries.ts";
import { createDetail } from "./detail.ts";
import { isDialogOpen } from "./dialogs/dialog.ts";
import { showHelp } from "./dialogs/help.ts";
import { byId } from "./dom.ts";
import { createFilterField } from "./filter-field.ts";
import { createHeader } from "./header.ts";
import { keyCommand, type Pane } from "./keys.ts";
import { createList } from "./list.ts";
import { announce, say } from "./messages.ts";
import type { Rows } from "./rows.ts";
import { createStatistics } from "./statistics.ts";

/** How long a selection stands before its details are asked for, in ms: who runs through the list wants none. */
const SETTLE_MS = 80;

/** Between two deliveries that are shown in full while the newest is followed, in ms: nobody reads faster. */
const FOLLOW_MS = 1_000;

/** No more deliveries are loaded to find one in the list that a link leads to. */
const MOST_SOUGHT = 5_000;

/**
 * The page at work: joins the list, the delivery that is open, and what a person does with them.
 *
 * @param linked the delivery to show at first; `undefined` for the newest
 */
export function startInspector(token: string, linked: number | undefined): void {
  const api = createApi(token);
  const panes = byId("panes");
  const wide = matchMedia("(min-width: 900px)");
  let about: About | undefined;
  let selected: number | undefined;
  /** What is selected and stays so until the list has come to it. */
  let sought: number | undefined;
  let marked: readonly number[] = [];
  let follow = true;
  let detailTimer: ReturnType<typeof setTimeout> | undefined;
  /** When details were asked for last. */
  let detailAt = Number.NEGATIVE_INFINITY;

  const deliveries = createDeliveries({ api, show: keepSelected, trouble });
  const list = createList({
    onSelect(id) {
      setFollow(false);
      select(id);
    },
    onOpen: () => setPane("detail"),
    onNearEnd: () => void deliveries.loadOlder(),
  });
  const detail = createDetail({
    actions: () => actions,
    onBack: () => setPane("list"),
    onGo: go,
    loadSignature: api.signature,
    loadMedia: api.media,
    fetchesMedia: () => about?.media === "auto",
  });
  const actions = createActions({
    api,
    deliveries,
    about: () => about,
    selected: () => selected,
    marked: () => marked,
    removed: takeRemoved,
  });
  const header = createHeader(() => actions);
  const statistics = createStatistics();
  const filterField = createFilterField({ apply: applyFilter, leave: list.focus });

  const commands = commandsFor({
    actions,
    detail,
    move,
    setPane,
    toggleMark,
    pageRows: list.pageRows,
    toggleFollow: () => setFollow(!follow),
    toggleHeader: statistics.toggle,
    startFilter: filterField.start,
    toggleFailures: filterField.toggleFailures,
    clearFilter() {
      marked = [];
      filterField.clear();
      show();
    },
  });

  for (const pane of ["list", "detail"] as const)
    byId(pane).addEventListener("focusin", () => {
      panes.dataset.pane = pane;
    });
  byId("follow").addEventListener("click", () => setFollow(!follow));
  byId("keys").addEventListener("click", showHelp);
  addEventListener("keydown", onKey);
  panes.dataset.pane = "list";
  keepConnected({
    api,
    token,
    about: setAbout,
    begin: deliveries.restart,
    comeBack: async () => takeRemoved(await deliveries.lookForVanished()),
    take,
    state: header.connection,
  });
  if (linked !== undefined) {
    go(linked);
    setPane("detail");
  }

  function take(message: LiveMessage) {
    switch (message.type) {
      case "changes":
        return void takeChanges(message.deliveries).catch(trouble);
      case "removed":
        return takeRemoved(message.ids);
      case "about":
        return setAbout(message.about);
      case "statistics":
        return statistics.show(message.statistics);
      case "turned-away":
        return say(`turned away: ${message.reason}`, "warn");
      case "restart":
        return;
    }
  }

  async function takeChanges(changed: Rows) {
    const before = selected;
    const arrived = await deliveries.take(changed, { atTop: follow });
    if (selected === before && isOfInterest(changed)) loadDetail(0);
    if (arrived.length > 0) announce(arrived);
  }

  /** What is shown has changed, or another delivery of its job has come. */
  function isOfInterest(changed: Rows): boolean {
    const job = detail.shown()?.delivery.job;
    return changed.some((delivery) => delivery.id === selected || (job && delivery.job === job));
  }

  function takeRemoved(ids: readonly number[]) {
    const at = deliveries.rows().findIndex(({ id }) => id === selected);
    marked = marked.filter((id) => !ids.includes(id));
    deliveries.remove(ids);
    if (selected === undefined || !ids.includes(selected)) return;
    const rows = deliveries.rows();
    select((at === -1 ? rows[0] : (rows[at] ?? rows.at(-1)))?.id);
    if (panes.dataset.pane === "detail" && !wide.matches) setPane("list");
  }

  /** The newest is selected where nothing else is, or what was is not there any more. */
  function keepSelected() {
    const rows = deliveries.rows();
    const isThere = rows.some(({ id }) => id === selected);
    if (sought === undefined && (follow || !isThere)) select(rows[0]?.id);
    show();
    if (sought === undefined) return;
    if (isThere) {
      list.reveal(sought);
      sought = undefined;
    } else if (rows.length < MOST_SOUGHT && (rows.at(-1)?.id ?? 0) > sought) void deliveries.loadOlder();
  }

  /** Shows a delivery that may stand far down the list, or in none. */
  function go(id: number) {
    setFollow(false);
    select(id);
    sought = id;
    keepSelected();
  }

  function applyFilter(filter: Filter) {
    sought = undefined;
    deliveries.setFilter(filter);
  }

  function show() {
    const rows = deliveries.rows();
    list.show({ rows, selected, marked, since: about?.since ?? 0, empty: emptyText() });
    filterField.tell(rows.length, deliveries.isWhole());
  }

  function emptyText(): string {
    if (!deliveries.isWhole()) return "Loading…";
    const { source } = deliveries.filter();
    const meant = meantBy(source);
    if (meant) return `No delivery passes this filter. Did you mean ${meant}?`;
    if (source !== "") return "No delivery passes this filter.";
    const to = about?.endpoint ?? about?.local;
    return to ? `No deliveries yet. Send one to ${to}, or press t to forge one.` : "No deliveries yet.";
  }

  function select(id: number | undefined) {
    if (id === selected) return;
    selected = id;
    sought = undefined;
    if (id === undefined) detail.clear();
    else {
      list.reveal(id);
      // The one that is due reads what is selected then.
      if (!follow) loadDetail(SETTLE_MS);
      else if (detailTimer === undefined)
        loadDetail(Math.max(SETTLE_MS, detailAt + FOLLOW_MS - performance.now()));
    }
    show();
  }

  function loadDetail(afterMs: number) {
    clearTimeout(detailTimer);
    detailTimer = setTimeout(async () => {
      detailTimer = undefined;
      detailAt = performance.now();
      const id = selected;
      if (id === undefined || (!wide.matches && panes.dataset.pane === "list")) return;
      try {
        const found = await api.detail(id);
        if (id === selected) detail.show(found);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          if (id === sought) say(`there is no delivery ${id}`, "warn");
          takeRemoved([id]);
        } else if (error instanceof ApiError && error.status !== "network") trouble(error);
      }
    }, afterMs);
  }

  function setFollow(on: boolean) {
    follow = on;
    byId("follow").setAttribute("aria-pressed", String(on));
    if (on) select(deliveries.rows()[0]?.id);
  }

  /** On a narrow screen, one of the two is in sight. */
  function setPane(pane: Pane) {
    if (pane === "detail" && selected === undefined) return;
    panes.dataset.pane = pane;
    if (pane === "list") return list.focus();
    setFollow(false);
    loadDetail(0);
    detail.focus();
  }

  function setAbout(now: About) {
    about = now;
    header.about(now);
    show();
  }

  function move(rows: number) {
    const all = deliveries.rows();
    const at = all.findIndex(({ id }) => id === selected);
    const to = Math.min(all.length - 1, Math.max(0, at + rows));
    if (all.length === 0 || to === at) return;
    setFollow(false);
    select(all[to]?.id);
  }

  function toggleMark() {
    const id = selected;
    if (id === undefined) return;
    marked = marked.includes(id) ? marked.filter((one) => one !== id) : [...marked, id];
    setFollow(false);
    show();
  }

  function onKey(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isDialogOpen()) return;
    const pane = panes.dataset.pane === "detail" ? "detail" : "list";
    const command = keyCommand(pane, event.key);
    const onControl =
      event.target instanceof Element && event.target.closest("button, a, input, select, video, audio");
    // A button that has the focus is pressed by its own keys.
    if (!command || (onControl && (event.key === "Enter" || event.key === " "))) return;
    event.preventDefault();
    commands[command](pane);
  }
}
