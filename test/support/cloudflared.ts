/**
 * Stands in for the `cloudflared` program: its arguments, the lines that it logs and its metrics server, and a
 * tunnel of its own kind that really carries bytes. `cloudflared.ts EDGE_PORT tunnel …`.
 */
import { createServer, get } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { parseArgs } from "node:util";

const [edge = "", ...args] = process.argv.slice(2);
const { values, positionals } = parseArgs({
  args,
  allowPositionals: true,
  options: {
    config: { type: "string" },
    metrics: { type: "string" },
    url: { type: "string" },
    "no-autoupdate": { type: "boolean" },
  },
});
const isNamed = positionals.includes("run");
const log = (level: string, text: string) =>
  process.stderr.write(`${new Date().toISOString().slice(0, 19)}Z ${level} ${text}\n`);
const origin = new URL(values.url ?? "");

/** The edge says something this often; without a word for longer it is taken for gone. */
const SILENCE_MS = 1_000;
let isRegistered = false;

if (isNamed) log("INF", `Starting tunnel tunnelID=${positionals.at(-1)}`);
const name = isNamed ? "named" : await requestQuickTunnel();
await serveMetrics();
keepConnected();

async function requestQuickTunnel(): Promise<string> {
  log(
    "INF",
    "Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way",
  );
  log("INF", "Requesting new quick Tunnel on trycloudflare.com...");
  const { status, text } = await ask();
  const given = status === 200 ? (JSON.parse(text) as { name: string; url: string }) : undefined;
  if (!given) {
    log(
      "ERR",
      `Error unmarshaling QuickTunnel response: ${text} error="invalid character 'e' looking for beginning of value" status_code="${status} ${status === 429 ? "Too Many Requests" : "Internal Server Error"}"`,
    );
    fail("failed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value");
  }
  const lines = [
    "Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):",
    given.url,
  ];
  const width = Math.max(...lines.map((line) => line.length)) + 4;
  log("INF", `+${"-".repeat(width)}+`);
  for (const line of lines) log("INF", `|  ${line.padEnd(width - 2)}|`);
  log("INF", `+${"-".repeat(width)}+`);
  return given.name;
}

function ask(): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const request = get(
      { host: "127.0.0.1", port: edge, path: "/tunnel", headers: { host: "api" } },
      (response) => {
        let text = "";
        response.on("data", (bytes: Buffer) => (text += bytes));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on("error", (error) =>
      fail(
        `failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: ${words(error)}`,
      ),
    );
  });
}

function words({ message }: Error): string {
  return /ECONNREFUSED/.test(message) ? "connect: connection refused" : message;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

async function serveMetrics(): Promise<void> {
  const [host, port] = (values.metrics ?? "").split(":");
  const server = createServer((request, response) => {
    if (request.url !== "/ready") return void response.writeHead(404).end();
    const status = isRegistered ? 200 : 503;
    response.writeHead(status).end(JSON.stringify({ status, readyConnections: Number(isRegistered) }));
  });
  await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
  log("INF", `Starting metrics server on 127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
}

function keepConnected(): void {
  const control = connect(Number(edge), "127.0.0.1");
  let deaf: NodeJS.Timeout | undefined;
  const hear = () => {
    clearTimeout(deaf);
    deaf = setTimeout(() => control.destroy(new Error("timeout: no recent network activity")), SILENCE_MS);
  };
  control.setNoDelay(true);
  control.once("connect", () => control.write(`CONTROL ${name}\n`));
  control.on("data", hear);
  control.once("error", (error) =>
    log("ERR", `Failed to serve tunnel connection error="${words(error)}" connIndex=0`),
  );
  control.once("close", () => {
    clearTimeout(deaf);
    if (isRegistered) log("WRN", "Serve tunnel error connIndex=0");
    isRegistered = false;
    log("INF", "Retrying connection in up to 1s connIndex=0");
    setTimeout(keepConnected, 250);
  });
  let rest = "";
  control.on("data", (bytes: Buffer) => {
    const lines = (rest + bytes).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) obey(line);
  });
}

function obey(line: string): void {
  const [word, id] = line.split(" ");
  if (word === "OPEN") carry(id ?? "");
  if (word !== "REGISTERED" || isRegistered) return;
  isRegistered = true;
  log("INF", "Registered tunnel connection connIndex=0 location=loopback protocol=quic");
}

/** One connection of a sender's to the origin. */
function carry(id: string): void {
  const far = connect(Number(edge), "127.0.0.1");
  const local = connect(Number(origin.port), origin.hostname);
  const both: Socket[] = [far, local];
  for (const socket of both) {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.once("close", () => {
      for (const each of both) each.destroy();
    });
  }
  far.write(`DATA ${id}\n`);
  far.pipe(local).pipe(far);
}
