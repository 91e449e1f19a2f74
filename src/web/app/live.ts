import { type Cursor, type LiveMessage, liveProtocol, tokenProtocol } from "../protocol.ts";

interface LiveOptions {
  readonly token: string;
  readonly cursor: Cursor;
  readonly take: (message: LiveMessage) => void;
  readonly opened: () => void;
  /** The connection is gone, or never came about. */
  readonly lost: () => void;
}

/** Hears what happens from a cursor on, until the connection is lost. */
export function openLive({ token, cursor, take, opened, lost }: LiveOptions): void {
  const words = new URLSearchParams({ delivery: String(cursor.delivery), attempt: String(cursor.attempt) });
  const socket = new WebSocket(`ws://${location.host}/live?${words}`, [liveProtocol, tokenProtocol(token)]);
  socket.addEventListener("message", ({ data }) => take(JSON.parse(data) as LiveMessage));
  socket.addEventListener("open", opened, { once: true });
  socket.addEventListener("close", lost, { once: true });
}
