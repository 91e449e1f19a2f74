import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf } from "./descendants.ts";
import { freePort, startTcpRelay, type TcpRelay } from "./tcp-relay.ts";

const sshd = "/usr/sbin/sshd";

export const hasSshd = existsSync(sshd);

/** OpenSSH's own server on loopback, with keys of its own. */
export interface SshServer {
  /** What ssh connects to. */
  readonly port: number;
  /** A private key that it takes. */
  readonly keyFile: string;
  readonly folder: string;
  readonly relay: TcpRelay;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface SshServerOptions {
  /** Shell words that a session runs, as services do that print a URL. */
  readonly session?: string;
}

export async function startSshServer({ session }: SshServerOptions = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), "hookspool-sshd-"));
  for (const name of ["host_key", "user_key"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  copyFileSync(join(folder, "user_key.pub"), join(folder, "authorized_keys"));
  // Privilege separation wants it; who is not root needs none.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const port = await freePort();
  const configuration = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "GatewayPorts clientspecified",
    // A client that has gone silent loses its port after two seconds.
    "ClientAliveInterval 1",
    "ClientAliveCountMax 1",
    // While its sshd lives; the client's stdin is at its end from the start.
    ...(session === undefined
      ? []
      : [`ForceCommand ${session}; while kill -0 $PPID 2>/dev/null; do sleep 0.2; done`]),
  ];
  writeFileSync(join(folder, "sshd_config"), `${configuration.join("\n")}\n`);
  let server: ChildProcess | undefined;

  const start = () =>
    new Promise<void>((resolve, reject) => {
      server = spawn(sshd, ["-D", "-e", "-f", join(folder, "sshd_config")], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      server.stderr?.on("data", (bytes: Buffer) => {
        said += bytes;
        if (said.includes("Server listening")) resolve();
      });
      server.once("exit", () => reject(new Error(`sshd ended: ${said}`)));
    });
  const stop = async () => {
    const ending = server;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    for (const { pid } of [...descendantsOf(ending.pid ?? 0), { pid: ending.pid ?? 0 }])
      try {
        process.kill(pid, "SIGKILL");
      } catch {}
    await ended;
  };
  await start();
  const relay = await startTcpRelay(port);
  return {
    port: relay.port,
    keyFile: join(folder, "user_key"),
    folder,
    relay,
    stop,
    start,
    async close() {
      await Promise.all([stop(), relay.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
