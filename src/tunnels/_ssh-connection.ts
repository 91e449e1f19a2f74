import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type OpenTunnel, TunnelFailure, type TunnelOptions } from "../core/tunnel.ts";
import { aborted } from "./_aborted.ts";
import { environmentWith } from "./_environment.ts";
import { runProgram } from "./_program.ts";
import { ensureKey } from "./_ssh-key.ts";
import { sshFailure, sshLoss } from "./_ssh-reasons.ts";
import type { SshAddress, SshService } from "./_ssh-services.ts";

interface ConnectionOptions
  extends Pick<TunnelOptions, "port" | "subdomain" | "keyFile" | "folder" | "project" | "signal"> {
  /** The path of the system's `ssh`. */
  readonly program: string;
  readonly service: SshService;
}

/** Two questions that stay without an answer for three seconds each, and ssh gives up: a silent loss takes 9 s. */
const ALIVE_INTERVAL_S = 3;
const ALIVE_COUNT = 2;
const CONNECT_S = 6;
/** What ssh said last is why it ended. */
const LINES_KEPT = 20;

/**
 * One `ssh -R` to a server; its URL is read from what it prints.
 *
 * @throws {TunnelFailure} or the signal's reason
 */
export async function openSsh(options: ConnectionOptions): Promise<OpenTunnel> {
  const { program, service, signal } = options;
  const said: string[] = [];
  let onAddress: (address: SshAddress) => void = () => {};
  const addressed = new Promise<SshAddress>((resolve) => {
    onAddress = resolve;
  });

  const args = await argumentsOf(options);
  signal.throwIfAborted();
  const ssh = runProgram({
    program,
    args,
    // The agent only shows keys, it is never forwarded.
    env: environmentWith(process.env, ["SSH_AUTH_SOCK"]),
    onLine(line) {
      const plain = withoutColours(line);
      const address = service.readAddress(plain);
      if (address) onAddress(address);
      if (/^debug\d:/.test(plain) || plain.trim() === "") return;
      said.push(plain.trim());
      if (said.length > LINES_KEPT) said.shift();
    },
  });
  try {
    const { url, name } = await Promise.race([
      addressed,
      ssh.ended.then((how) => {
        throw sshFailure(said, how, contextOf(options));
      }),
      aborted(signal),
    ]);
    return {
      url,
      subdomain: name,
      lost: ssh.ended.then((how) => sshLoss(said, how, serverOf(service))),
      settlesMs: service.command === null ? 0 : SETTLES_MS,
      close: ssh.close,
    };
  } catch (error) {
    await ssh.close();
    if (error === signal.reason && said.length > 0)
      throw new TunnelFailure("timed-out", `${serverOf(service)} named no URL; it said: ${said.at(-1)}`, {
        cause: error,
      });
    throw error;
  }
}

/** A service that prints a URL may take a moment until it leads here. */
const SETTLES_MS = 3_000;

async function argumentsOf(options: ConnectionOptions): Promise<string[]> {
  const { service, port, subdomain, keyFile, folder, project } = options;
  const given: Record<string, string | number> = {
    BatchMode: "yes",
    ExitOnForwardFailure: "yes",
    ServerAliveInterval: ALIVE_INTERVAL_S,
    ServerAliveCountMax: ALIVE_COUNT,
    ConnectTimeout: CONNECT_S,
    // A server that is met for the first time is believed, and held to its key from then on.
    StrictHostKeyChecking: "accept-new",
    UserKnownHostsFile: quoted(knownHostsIn(folder)),
    GlobalKnownHostsFile: "none",
    UpdateHostKeys: "no",
    ForwardAgent: "no",
    ForwardX11: "no",
    PermitLocalCommand: "no",
    ControlMaster: "no",
    ControlPath: "none",
    // That a port was given is said in no quieter way.
    LogLevel: "DEBUG1",
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = keyFile ?? (service.ownKey ? join(folder, `ssh-${project}`) : undefined);
  if (key !== undefined) {
    if (keyFile === undefined) await ensureKey(key);
    given.IdentityFile = quoted(key);
    given.IdentitiesOnly = "yes";
    given.IdentityAgent = "none";
  }
  return [
    // Nothing of the person's own configuration: a stray LocalForward or ProxyCommand is a riddle.
    "-F",
    "none",
    "-T",
    ...(service.command === null ? ["-N"] : []),
    ...Object.entries(given).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    "-p",
    String(service.port),
    "-R",
    service.forward(port, subdomain),
    "--",
    service.destination,
    ...(service.command ?? []),
  ];
}

/** ssh reads the value as a line of its configuration, where a space would end the file's name. */
const quoted = (file: string) => `"${file.replaceAll("%", "%%")}"`;

const knownHostsIn = (folder: string) => join(folder, "known_hosts");

const serverOf = ({ destination, port }: SshService) => `${destination}${port === 22 ? "" : `:${port}`}`;

function contextOf({ service, folder }: ConnectionOptions) {
  const host = service.destination.replace(/^.*@/, "");
  return {
    server: serverOf(service),
    hostKeyName: service.port === 22 ? host : `[${host}]:${service.port}`,
    knownHosts: knownHostsIn(folder),
  };
}

function withoutColours(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  return line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
}
