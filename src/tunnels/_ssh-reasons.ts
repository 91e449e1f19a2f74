import { TunnelFailure, type TunnelFailureKind } from "../core/tunnel.ts";

interface Context {
  /** The server, as a person knows it: `tunnel@host:2222`. */
  readonly server: string;
  /** As known_hosts names it: `[host]:2222`. */
  readonly hostKeyName: string;
  readonly knownHosts: string;
}

/** Why ssh gave no tunnel, read from what it wrote before it ended. */
export function sshFailure(lines: readonly string[], ended: string, context: Context): TunnelFailure {
  const text = lines.join("\n");
  for (const [pattern, kind, words] of reasons) {
    const found = pattern.exec(text);
    if (found) return new TunnelFailure(kind, words(context, found[1] ?? ""));
  }
  const last = lines.at(-1);
  return new TunnelFailure("broken", last === undefined ? `ssh ${ended}` : `ssh ${ended}: ${last}`);
}

type Reason = readonly [RegExp, TunnelFailureKind, (context: Context, detail: string) => string];

const reasons: readonly Reason[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/,
    "refused",
    ({ server, hostKeyName, knownHosts }) =>
      `ALARM: ${server} shows another host key than before, so somebody may stand in between; if its key was changed for good: ssh-keygen -R "${hostKeyName}" -f "${knownHosts}"`,
  ],
  [
    /Permission denied \(([^)]*)\)/,
    "refused",
    ({ server }, ways) =>
      `${server} takes none of the keys it was shown (it wants ${ways}): name one with --tunnel-key`,
  ],
  [
    /remote port forwarding failed for listen port (\d+)/,
    "held",
    ({ server }, port) =>
      `${server} does not give its port ${port}: it is taken or not allowed${port === "80" ? "; a plain sshd needs --remote-port" : ""}`,
  ],
  [
    /Could not resolve hostname/,
    "unreachable",
    ({ server }) => `the name of ${server} is not known, or this machine is offline`,
  ],
  [/Connection refused/, "unreachable", ({ server }) => `${server} refuses connections`],
  [
    /(?:Connection|Operation) timed out/,
    "unreachable",
    ({ server }) => `${server} could not be connected to in time`,
  ],
  [
    /Network is unreachable|No route to host/,
    "unreachable",
    ({ server }) => `there is no way to ${server}: is this machine online?`,
  ],
  [
    /kex_exchange_identification|Connection (?:closed|reset) by|Broken pipe/,
    "unreachable",
    ({ server }) => `${server} broke the connection off`,
  ],
];

/** Why a tunnel that stood is gone. */
export function sshLoss(lines: readonly string[], ended: string, server: string): string {
  const text = lines.join("\n");
  if (/Timeout, server .* not responding/.test(text)) return `${server} has gone silent`;
  if (/closed by remote host|Connection reset|Broken pipe/.test(text))
    return `${server} broke the connection off`;
  return `ssh ${ended}`;
}
