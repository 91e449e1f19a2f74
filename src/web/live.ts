import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Notice } from "../core/notice.ts";
import { changesSince } from "./changes.ts";
import type { WebPorts } from "./ports.ts";
import { type About, type Cursor, type LiveMessage, liveProtocol } from "./protocol.ts";

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

/** Between two looks at the store, however much is going on. */
const TELL_MS = 100;

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
  let telling: NodeJS.Timeout | undefined;
  const polling = setInterval(tell, pollMs);
  const heartbeat = setInterval(beat, HEARTBEAT_MS);

  function tell() {
    telling = undefined;
    for (const tab of tabs) {
      if (isSlow(tab)) continue;
      try {
        catchUp(tab);
      } catch {
        // A store that cannot be read must not end the capture: the tab comes back, and asks again.
        tab.socket.terminate();
      }
    }
  }

  function catchUp(tab: Tab) {
    const message = changesSince(ports.reader, tab.cursor);
    if (message?.type === "changes") tab.cursor = message.cursor;
    if (message) send(tab, message);
    if (message?.type === "restart") tab.socket.close(1000, "look anew");
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
        tell();
      });
    },
    observe(notice) {
      if (tabs.size === 0) return;
      if (notice.type === "turned-away") broadcast({ type: "turned-away", reason: notice.reason });
      else if (notice.type === "tunnel") tellAbout();
      else telling ??= setTimeout(tell, TELL_MS);
    },
    removed: (ids) => broadcast({ type: "removed", ids }),
    close() {
      clearTimeout(telling);
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
