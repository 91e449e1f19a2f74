/** What of deliveries may be in memory at a time: being received, waiting for the disk, with the handler. */
export interface RoomLimits {
  readonly deliveries: number;
  readonly bytes: number;
}

/**
 * 2,000 deliveries are 1,000 that wait for the handler and as many that are still coming in. A byte of a body
 * costs four before the runtime has collected what it copied, and a connection 50 KB: 1,000 senders and these
 * bytes together stay below 150 MB (bench/memory.ts).
 */
export const defaultRoom: RoomLimits = { deliveries: 2_000, bytes: 26 * 1024 * 1024 };

/** Counts; nobody waits here. Past its limits a delivery is turned away while its sender still has all of it. */
export interface Room {
  /** One delivery more, with so many bytes to come; `false`, and nothing is counted, where there is no room. */
  enter(bytes: number): boolean;
  /** The same for bytes that nobody announced. */
  grow(bytes: number): boolean;
  /** The delivery has gone, with all the bytes that were counted for it. */
  leave(bytes: number): void;
}

export function createRoom(limits: RoomLimits): Room {
  let deliveries = 0;
  let bytes = 0;
  return {
    enter(more) {
      if (deliveries >= limits.deliveries || bytes + more > limits.bytes) return false;
      deliveries += 1;
      bytes += more;
      return true;
    },
    grow(more) {
      if (bytes + more > limits.bytes) return false;
      bytes += more;
      return true;
    },
    leave(fewer) {
      deliveries -= 1;
      bytes -= fewer;
    },
  };
}
