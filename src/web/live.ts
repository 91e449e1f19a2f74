import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Notice } from "../core/notice.ts";
import { changesSince } from "./changes.ts";
import { createPace } from "./pace.ts";
import type { WebPorts } from "./ports.ts";
import { type About, type Cursor, type LiveMessage, liveProtocol } from "./protocol.ts";
import { createSessionStatistics, type SessionStatistics } from "./session-statistics.ts";

interface LiveOptions {
  readonly ports: WebPorts;
  readonly about: () => About;
  /** How often the store is looked at without a notice: what other processes do to it comes with none. In ms. */
  readonly pollMs: number;
}

/** Tells open tabs what happens. */
export interface Live {
  /** Takes over a connection that has been let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  observe(notice: Notice): void;
  removed(ids: readonly number[]): void;
  close(): void;
}

/** Between two tellings of the statistics; less where there is much to be read. */
const COUNT_MS = 1_000;
const COUNT_ON_MS = 20;

/** What waits for a slow tab; while there is more, it is told nothing, and is told what it missed afterwards. */
const MOST_WAITING_BYTES = 256 * 1024;

/** A tab that is silent for this long is gone. */
const HEARTBEAT_MS = 15_000;

const MOST_TABS = 32;

interface Tab {
  readonly socket: WebSocket;
  cursor: Cursor;
  alive: boolean;
}

/**
 * A notice only says that there is something to look at: every tab has a cursor, and what comes after it is read
 * from the store, so that nothing waits in memory and a tab that comes back misses nothing.
 */
export function createLive({ ports, about, pollMs }: LiveOptions): Live {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Tabs have nothing to say.
    maxPayload: 1024,
    handleProtocols: () => liveProtocol,
  });
  const tabs = new Set<Tab>();
  let counting: NodeJS.Timeout | undefined;
  let statistics: SessionStatistics | undefined;
  /** Deliveries of which something else has changed than that they came or were tried. */
  const touched = new Set<number>();
  const pace = createPace(tell);
  const polling = setInterval(pace.soon, pollMs);
  const heartbeat = setInterval(beat, HEARTBEAT_MS);

  /** Tells every tab what it has missed; how many deliveries that were at most. */
  function tell(): number {
    let most = 0;
    const also = [...touched];
    touched.clear();
    for (const tab of tabs) {
      if (isSlow(tab)) continue;
      try {
        most = Math.max(most, catchUp(tab, also));
      } catch {
        // A store that cannot be read must not end the capture: the tab comes back, and asks again.
        tab.socket.terminate();
      }
    }
    return most;
  }

  /** Tells a tab what it has missed; how many deliveries that were. */
  function catchUp(tab: Tab, also: readonly number[]): number {
    const message = changesSince(ports.reader, tab.cursor, also);
    if (message) count();
    if (message?.type === "changes") tab.cursor = message.cursor;
    if (message) send(tab, message);
    if (message?.type === "restart") tab.socket.close(1000, "look anew");
    return message?.type === "changes" ? message.deliveries.length : 0;
  }

  /** Counts what is new, a piece at a time; who comes to look later still learns of the whole session. */
  function count(afterMs = COUNT_MS) {
    counting ??= setTimeout(() => {
      counting = undefined;
      if (tabs.size === 0) return;
      try {
        statistics ??= createSessionStatistics({ reader: ports.reader, startedAt: about().startedAt });
        if (statistics.read()) return count(COUNT_ON_MS);
        const counted = statistics.statistics(Date.now());
        const now = about();
        for (const tab of tabs) {
          if (isSlow(tab)) continue;
          send(tab, { type: "statistics", statistics: counted });
          send(tab, { type: "about", about: now });
        }
        // The rate falls when nothing comes any more.
        if (counted.perSecond > 0) count();
      } catch {
        // As above: the store is asked again when there is something new.
      }
    }, afterMs);
  }

  function tellAbout() {
    try {
      broadcast({ type: "about", about: about() });
    } catch {
      for (const { socket } of tabs) socket.terminate();
    }
  }

  function beat() {
    for (const tab of tabs) {
      if (!tab.alive) tab.socket.terminate();
      tab.alive = false;
      tab.socket.ping();
    }
  }

  function broadcast(message: LiveMessage) {
    for (const tab of tabs) {
      // What the store does not tell later, a tab asks for when it comes back.
      if (isSlow(tab)) tab.socket.terminate();
      else send(tab, message);
    }
  }

  return {
    accept(request, socket, head) {
      if (tabs.size >= MOST_TABS) return void socket.destroy();
      server.handleUpgrade(request, socket, head, (socket) => {
        const tab: Tab = { socket, cursor: cursorFrom(request.url ?? ""), alive: true };
        tabs.add(tab);
        socket.on("pong", () => {
          tab.alive = true;
        });
        socket.on("error", () => {});
        socket.on("close", () => tabs.delete(tab));
        pace.now();
        count(COUNT_ON_MS);
      });
    },
    observe(notice) {
      if (tabs.size === 0) return;
      if (notice.type === "turned-away") broadcast({ type: "turned-away", reason: notice.reason });
      else if (notice.type === "tunnel" || notice.type === "hold") tellAbout();
      else {
        if (notice.type === "verdict" || notice.type === "given-up") touched.add(notice.delivery);
        pace.soon();
      }
    },
    removed: (ids) => broadcast({ type: "removed", ids }),
    close() {
      pace.stop();
      clearTimeout(counting);
      clearInterval(polling);
      clearInterval(heartbeat);
      for (const { socket } of tabs) socket.terminate();
    },
  };
}

const isSlow = ({ socket }: Tab) => socket.bufferedAmount > MOST_WAITING_BYTES;

const send = ({ socket }: Tab, message: LiveMessage) => socket.send(JSON.stringify(message));

function cursorFrom(url: string): Cursor {
  const words = new URL(url, "http://localhost").searchParams;
  const number = (name: string) => Math.max(0, Math.floor(Number(words.get(name)) || 0));
  return { delivery: number("delivery"), attempt: number("attempt") };
}
