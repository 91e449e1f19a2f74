import { connect } from "node:net";
import type { Target } from "../core/target.ts";
import { connectionTo } from "./local-lookup.ts";

/** Waits for a target to listen, so that no deliveries are spent on finding out. */
export interface PortGate {
  /** Whether the target is believed to listen. */
  readonly isOpen: boolean;
  /** Something found that nothing listens. */
  shut(): void;
  /** Resolves when the target listens; `"waited"` where it did not at first. Never, once stopped. */
  opened(): Promise<"at once" | "waited">;
  stop(): void;
}

/** For whom a refusal is an answer like any other. */
export const openGate: PortGate = { isOpen: true, shut() {}, opened: async () => "at once", stop() {} };

/** Between two looks, in ms. */
const LOOK_EVERY_MS = 100;

/** A look at a target that does not say no either, in ms. */
const LOOK_LIMIT_MS = 2_000;

/** Whether something takes connections there; it is sent nothing. */
export function listensAt(target: Target, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...connectionTo(target), ...(signal && { signal }) });
    const settle = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(LOOK_LIMIT_MS, () => settle(false));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

/** Looks only while somebody waits. */
export function createPortGate(target: Target): PortGate {
  const end = new AbortController();
  let isOpen = false;
  let waiting: Promise<"at once" | "waited"> | undefined;

  const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS).unref());

  async function wait(): Promise<"at once" | "waited"> {
    let answer: "at once" | "waited" = "at once";
    while (!end.signal.aborted) {
      if (await listensAt(target, end.signal)) {
        isOpen = true;
        waiting = undefined;
        return answer;
      }
      answer = "waited";
      await pause();
    }
    return new Promise(() => {});
  }

  return {
    get isOpen() {
      return isOpen;
    },
    shut() {
      isOpen = false;
    },
    opened: () => (waiting ??= wait()),
    stop: () => end.abort(),
  };
}
