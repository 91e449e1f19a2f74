import type { Notice } from "../core/notice.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import type { Store } from "../store/store.ts";

type TunnelNotice = Extract<Notice, { type: "tunnel" }>;

/** Under this name the store remembers the last public URL of a project, whichever driver gave it. */
const keyOf = (project: string) => `endpoint ${project}`;

type Memory = Pick<Store, "recall" | "remember" | "unfinishedJobs">;

/**
 * Puts what is remembered beside what the supervisor says: an endpoint is also another one where this project had
 * one of another driver the last time, and the jobs that were given the one before are named.
 */
export function createEndpointHistory(
  memory: Memory,
  project: string,
): (status: TunnelStatus) => TunnelNotice {
  let last = attempt(() => memory.recall(keyOf(project)));
  return (said) => {
    if (said.endpoint === null || said.state === "degraded") return { type: "tunnel", status: said };
    const previous = said.previous ?? (last === said.endpoint ? null : (last ?? null));
    const status: TunnelStatus =
      said.state === "up" && previous !== null
        ? { ...said, state: "moved", previous, reason: `this project had ${previous} before` }
        : { ...said, previous };
    if (last !== said.endpoint) {
      last = said.endpoint;
      attempt(() => memory.remember(keyOf(project), status.endpoint ?? ""));
    }
    if (status.state !== "moved" || previous === null) return { type: "tunnel", status };
    return { type: "tunnel", status, orphans: attempt(() => memory.unfinishedJobs(previous)) ?? [] };
  };
}

/** A disk that is full must not take the tunnel down with it. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
