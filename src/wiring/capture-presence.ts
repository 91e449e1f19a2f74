import { systemCode } from "../core/errors.ts";
import type { OwedScope } from "../core/ports.ts";
import type { Store } from "../store/store.ts";

/** What one capturing process says of itself to others that have the same data directory open. */
interface Presence {
  /** Milliseconds since the epoch at which it began. */
  readonly since: number;
  /** The target to which it hands over what it acknowledges before. */
  readonly promisesTo: string | null;
}

const prefix = "capturing ";

/** Returns what takes it back. */
export function announcePresence(store: Store, { promisesTo }: Pick<Presence, "promisesTo">): () => void {
  const key = `${prefix}${process.pid}`;
  const presence: Presence = { since: Date.now(), promisesTo };
  for (const { key, pid } of known(store)) if (!lives(pid)) store.unremember(key);
  store.remember(key, JSON.stringify(presence));
  return () => {
    try {
      store.unremember(key);
    } catch {
      // A full disk keeps the row; once the process is gone, it means nothing.
    }
  };
}

/** Which owed deliveries are not in the hands of a process that runs. */
export function inOtherHands(store: Store): Pick<OwedScope, "untriedBefore" | "notPromisedTo"> {
  const present = known(store).filter(({ pid }) => lives(pid));
  if (present.length === 0) return {};
  return {
    untriedBefore: Math.min(...present.map(({ presence }) => presence.since)),
    // While it holds, it hands over nothing, and so whoever likes to may.
    notPromisedTo: present
      .flatMap(({ presence }) => presence.promisesTo ?? [])
      .filter((target) => store.isClaimed(target)),
  };
}

/** Whether a session is running that forwards to this target. */
export const isServed = (store: Store, target: string): boolean =>
  known(store).some(({ pid, presence }) => presence.promisesTo === target && lives(pid));

/** The processes that capture into a data directory, by what it remembers. */
export const capturingProcesses = (keys: Iterable<string>): number[] =>
  [...keys]
    .filter((key) => key.startsWith(prefix))
    .map(pidIn)
    .filter(lives);

const pidIn = (key: string) => Number(key.slice(prefix.length));

/** Whether a process writes down deliveries right now. */
export const isCapturing = (store: Store): boolean => known(store).some(({ pid }) => lives(pid));

const known = (store: Store) =>
  store.recallAll(prefix).map(({ key, value }) => ({
    key,
    pid: pidIn(key),
    presence: JSON.parse(value) as Presence,
  }));

/** What was killed took nothing back. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
