import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import { inspectorLink } from "../core/inspector-link.ts";
import type { Notice } from "../core/notice.ts";
import type { WebPorts } from "../web/ports.ts";
import type { WebServer } from "../web/server.ts";

interface InspectorOptions {
  /** The data directory, which keeps the token; it exists. */
  readonly dir: string;
  /** Opened by {@link openInspectorPort}. */
  readonly listening: InspectorPort;
  /** Asked for when somebody looks. */
  readonly ports: () => WebPorts;
  readonly pollMs: number;
}

/** The web inspector's door. */
export interface Inspector {
  /** With the token in its fragment, which a browser tells nobody. */
  readonly url: string;
  observe(notice: Notice): void;
  removed(ids: readonly number[]): void;
  close(): void;
}

/** Tried in this order before any free one is taken. */
const usualPorts = Array.from({ length: 50 }, (_, i) => 4040 + i);

export interface InspectorPort {
  readonly port: number;
  readonly server: Server;
}

/**
 * Takes a loopback port: the one asked for, or of `any`, 4040 or the next that is free.
 *
 * @throws {AppError} E_PORT
 */
export async function openInspectorPort(asked: number | "any"): Promise<InspectorPort> {
  const ports = asked === "any" ? [...usualPorts, 0] : [asked];
  let error: Error | undefined;
  for (const port of ports) {
    // The connection waits unread for the HTTP server, which is loaded for the first of them.
    const server = createServer({ pauseOnConnect: true });
    error = await listening(server, port);
    const address = server.address();
    if (!error && address && typeof address === "object") return { port: address.port, server };
  }
  throw portTaken(asked, error);
}

/** Lets browsers in. What serves them is loaded when the first one comes: it costs starting up nothing. */
export function openInspector({ dir, listening, ports, pollMs }: InspectorOptions): Inspector {
  const { port, server } = listening;
  const token = tokenOf(dir);
  const connections = new Set<Socket>();
  let web: WebServer | undefined;
  let loading: Promise<void> | undefined;
  let closed = false;

  async function load() {
    const { createWebServer } = await import("../web/server.ts");
    if (!closed) web = createWebServer({ ports: ports(), port, token, pollMs });
  }

  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => connections.delete(socket));
    loading ??= load();
    loading.then(
      () => web?.accept(socket),
      () => socket.destroy(),
    );
  });

  return {
    url: inspectorLink(`http://127.0.0.1:${port}`, token),
    observe: (notice) => web?.observe(notice),
    removed: (ids) => web?.removed(ids),
    close() {
      closed = true;
      server.close();
      web?.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

function listening(server: Server, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    server.once("error", resolve);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
}

/** Kept, so that a tab that is open finds its way back after a restart. Only this user can read it. */
function tokenOf(dir: string): string {
  const file = join(dir, "inspector-token");
  try {
    const token = readFileSync(file, "utf8").trim();
    if (/^[\w-]{32,}$/.test(token)) return token;
  } catch {
    // There is none yet.
  }
  const token = randomBytes(24).toString("base64url");
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

function portTaken(port: number | string, cause: unknown): AppError {
  return new AppError(`the inspector cannot listen on port ${port}`, {
    code: "E_PORT",
    fault: "user",
    hint: "Name another: --inspector 5050. Without a number, the next free one is taken.",
    cause,
  });
}
