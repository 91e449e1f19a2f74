/**
 * Where the capture thread spends its time under load: `node --cpu-prof`, 32 connections, 1 KB, self time by
 * function. `npm run bench:profile`; the `.cpuprofile` files stay in bench/data/profile/ for a viewer.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { closedLoop } from "./load/closed-loop.ts";
import { startHookspool } from "./peers/hookspool.ts";
import { signedRequests } from "./support/deliveries.ts";
import { freePort, startServer } from "./support/processes.ts";
import { figure, table } from "./support/table.ts";

const SECONDS = 8;
const MOST_LINES = 70;

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

const folder = fileURLToPath(new URL("./data/profile/", import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const target = await freePort();
const script = fileURLToPath(new URL("./support/handler.ts", import.meta.url));
const handler = await startServer(process.execPath, [script, String(target)], { side: "load", port: target });
const requests = signedRequests({ count: 10_000, bytes: 1024 });
// From its source, for names: the bundle has one line.
const program = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
const { port, server } = await startHookspool(
  { target, program, folder: join(folder, "dir"), cwd: folder, env },
  [],
);
const { requests: count, perSecond } = await closedLoop({
  port,
  connections: 32,
  seconds: SECONDS,
  requests,
});
await server.stop();
await handler.stop();
rmSync(join(folder, "dir"), { recursive: true, force: true });

console.log(`${figure(perSecond)} req/s while profiled`);
for (const name of readdirSync(folder)) report(JSON.parse(readFileSync(join(folder, name), "utf8")));

function report({ nodes, samples, timeDeltas }: Profile): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const own = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample) ?? "?";
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  // Only the thread that captures has anything to tell.
  if (![...own.keys()].some((name) => name.includes("capture-thread"))) return;
  const idle = own.get("(idle)") ?? 0;
  own.delete("(idle)");
  const busy = [...own.values()].reduce((sum, time) => sum + time, 0);
  console.log(`capture thread: busy ${figure(busy / 1e6)} s of ${figure((busy + idle) / 1e6)} s`);
  const rows = [...own].sort(([, a], [, b]) => b - a).slice(0, MOST_LINES);
  console.log(
    table(
      ["function", "µs a request", "share"],
      rows.map(([name, time]) => [name, figure(time / count), `${figure((100 * time) / busy)} %`]),
    ),
  );
}

function nameOf({ functionName, url, lineNumber }: ProfileNode["callFrame"]): string {
  const place = url === "" ? "" : ` ${url.split("/").slice(-1)[0]}:${lineNumber + 1}`;
  return `${functionName || "(anonymous)"}${place}`;
}
