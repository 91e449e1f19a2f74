/**
 * How long it takes to open a large store, to list it, and to find something in it, warm and cold: `npm run
 * bench:search`. Deliveries of 2 KB are made from a seed; everything is in a folder of its own that goes at the end.
 *
 *   --deliveries 100000   fewer than a million
 *   --dir <path>          keep the store there, and use it again; with it:
 *   --for <seconds>       stop building after this long, to go on with the next run
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { DeliveryFilter } from "../src/core/ports.ts";
import { bundledSqliteVersion, openDatabase } from "../src/store/sqlite.ts";
import { databaseFile, openStore, type Store } from "../src/store/store.ts";

const { values: flags } = parseArgs({
  options: {
    deliveries: { type: "string", default: "1000000" },
    dir: { type: "string" },
    for: { type: "string", default: "3600" },
    /** For the processes that measure cold: one question. */
    ask: { type: "string" },
  },
});

const START = Date.UTC(2026, 0, 1);
const EVERY_MS = 10_000;
const BODY_BYTES = 2_048;
const BATCH = 2_000;

/** In one of so many deliveries, spread evenly. */
const RARE = 20_000;

const count = Number(flags.deliveries);
const thisFile = fileURLToPath(import.meta.url);

/** What is asked, and at most how long it may take: ms warm and cold. */
const questions: Readonly<Record<string, { readonly filter: DeliveryFilter; readonly before?: number }>> = {
  "newest 50": { filter: {} },
  "provider, common": { filter: { where: { is: "text", field: "provider", how: "equals", text: "fal" } } },
  "provider, 1 in 20,000": {
    filter: { where: { is: "text", field: "provider", how: "equals", text: "mux" } },
  },
  "provider, none": { filter: { where: { is: "text", field: "provider", how: "equals", text: "nobody" } } },
  "event, 1 in 20,000": { filter: { where: { is: "text", field: "event", how: "equals", text: "failed" } } },
  job: { filter: { job: "job_77777" } },
  "status 5xx, 1 in 20,000": { filter: { where: { is: "status", begins: "5" } } },
  "verdict rejected, 1 in 20,000": { filter: { where: { is: "verdict", of: "rejected" } } },
  "received a month ago": {
    filter: {
      where: { is: "received", since: START + (count * EVERY_MS) / 4, until: START + (count * EVERY_MS) / 3 },
    },
  },
  "path prefix, 1 in 20,000": {
    filter: { where: { is: "text", field: "path", how: "begins", text: "/rare" } },
  },
  owed: { filter: { owed: true } },
  "provider and status and time": {
    filter: {
      where: {
        is: "all",
        of: [
          { is: "text", field: "provider", how: "equals", text: "mux" },
          { is: "status", begins: "5" },
          { is: "received", since: 0, until: START + (count * EVERY_MS) / 2 },
        ],
      },
    },
  },
  "page 500,000 back": { filter: {}, before: Math.max(1, count - 500_000) },
  "full text, common word": { filter: { words: ["completed"] } },
  "full text, 1 in 20,000": { filter: { words: ["quokka"] } },
  "full text, one delivery": { filter: { words: ["job_77777"] } },
  "full text, none": { filter: { words: ["zyzzyva"] } },
  "full text and provider": {
    filter: { words: ["quokka"], where: { is: "text", field: "provider", how: "equals", text: "mux" } },
  },
};

/** What no index answers: until the first hit, or until it is known how far it has looked. */
const scans: Readonly<Record<string, DeliveryFilter>> = {
  "job contains, 1 in 20,000": { where: { is: "text", field: "job", how: "contains", text: "rare" } },
  "job contains, none": { where: { is: "text", field: "job", how: "contains", text: "nothing" } },
};

/** Words as a language has them: few that are frequent, many that are not. */
const syllables = [
  "ka",
  "lo",
  "mi",
  "ru",
  "ten",
  "sha",
  "vor",
  "el",
  "qui",
  "no",
  "ba",
  "dri",
  "sol",
  "um",
  "pe",
  "gra",
];
const vocabulary = Array.from({ length: 20_000 }, (_, i) =>
  [i % 16, (i >> 4) % 16, (i >> 8) % 16, (i >> 12) % 16].map((n) => syllables[n]).join(""),
);

if (flags.ask !== undefined) askOnce(flags.ask);
else await main();

async function main(): Promise<void> {
  const dir = flags.dir ?? mkdtempSync(join(tmpdir(), "hookspool-search-"));
  try {
    if (await build(dir)) measure(dir);
    else console.log("to be continued: run it again with the same --dir");
  } finally {
    if (flags.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

/** Whether it is finished. */
async function build(dir: string): Promise<boolean> {
  const deadline = performance.now() + Number(flags.for) * 1_000;
  const store = openStore(dir);
  fill(dir, store, deadline);
  let start = performance.now();
  store.fileEvents(() => performance.now() > deadline);
  console.log(`jobs and keys indexed in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  start = performance.now();
  store.makeSpans(() => performance.now() > deadline);
  console.log(`spans made in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  start = performance.now();
  const first = existsSync(join(dir, "search.db"));
  let batches = 0;
  let more = true;
  while (more && performance.now() < deadline) {
    more = store.indexTexts(count);
    batches += 1;
  }
  const rows = Math.min(batches * 100, count);
  if (batches > 1)
    console.log(
      `full text: ${rows} rows${first ? " more" : ""} in ${((performance.now() - start) / 1_000).toFixed(1)} s, ` +
        `${(((performance.now() - start) / rows) * 1_000).toFixed(0)} µs a row`,
    );
  await store.close();
  return !more;
}

/** Straight into the tables: a commit and a sync for each would take an hour. */
function fill(dir: string, store: Store, deadline: number): void {
  const database = openDatabase(databaseFile(dir), { checkpoints: "automatic" });
  const begin = performance.now();
  let at = store.reader.nth(0) ?? 0;
  const from = at;
  while (at < count && performance.now() < deadline) {
    const end = Math.min(count, at + BATCH);
    database.transaction(() => {
      for (let id = at + 1; id <= end; id += 1) insert(database, id);
    });
    at = end;
  }
  database.close();
  console.log(`${at - from} deliveries made in ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
}

function insert(database: ReturnType<typeof openDatabase>, id: number): void {
  const isRare = id % RARE === 0;
  const random = seeded(id);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const provider = isRare ? "mux" : pick(["fal", "wavespeed", "replicate", "runware", "openai", "kie"]);
  const status = isRare ? 503 : 200;
  const job = isRare ? `rare_${id}` : `job_${id}`;
  const path = isRare ? "/rare/hooks" : `/hooks/${provider}`;
  const receivedAt = START + id * EVERY_MS;
  const text = Array.from(
    { length: 160 },
    () => vocabulary[Math.floor(random() ** 3 * vocabulary.length)],
  ).join(" ");
  const rest = {
    id: job,
    status: "completed",
    outputs: [`https://cdn.example/${createHash("md5").update(String(id)).digest("hex")}.png`],
    prompt: isRare ? `${text} quokka` : text,
  };
  const body = Buffer.from(JSON.stringify(rest).padEnd(BODY_BYTES));
  const headers = JSON.stringify([
    ["Host", "hooks.example"],
    ["Content-Type", "application/json"],
    ["User-Agent", `${provider}-webhooks/1.0`],
    ["X-Request-Id", createHash("sha1").update(String(id)).digest("hex")],
    ["Content-Length", String(body.length)],
  ]);
  database
    .statement(
      `INSERT INTO deliveries (id, received_at, origin, method, path, http_version, peer, provider, event, event_name,
         job, dedupe_key, verdict, reason, bytes, digest, owed, attempts, last_outcome, last_status, last_ms, last_target)
       VALUES (?, ?, 'captured', 'POST', ?, '1.1', '127.0.0.1:50000', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'responded', ?, 4.2, ?)`,
    )
    .run(
      id,
      receivedAt,
      path,
      provider,
      isRare ? "failed" : "completed",
      isRare ? "job.failed" : "job.completed",
      job,
      job,
      isRare ? "rejected" : "verified",
      isRare ? "stale" : null,
      body.length,
      createHash("sha256").update(body).digest("hex"),
      isRare ? 1 : 0,
      status,
      "http://localhost:3000",
    );
  database
    .statement("INSERT INTO payloads (delivery, headers, explanation, body) VALUES (?, ?, ?, ?)")
    .run(id, headers, "the signature fits", body);
  database
    .statement(
      `INSERT INTO attempts (id, delivery, number, trigger, target, started_at, outcome, status, ms)
       VALUES (?, ?, 1, 'capture', ?, ?, 'responded', ?, 4.2)`,
    )
    .run(id, id, `http://localhost:3000${path}`, receivedAt, status);
  database
    .statement(
      "INSERT INTO exchanges (attempt, changes, status_text, headers, body, bytes) VALUES (?, ?, 'OK', '[]', ?, 2)",
    )
    .run(id, '{"removed":[],"set":[]}', Buffer.from("ok"));
}

function measure(dir: string): void {
  console.log(
    `\nNode ${process.version}, SQLite ${bundledSqliteVersion()}, ${cpus()[0]?.model} x${cpus().length}`,
  );
  const size = (name: string) =>
    (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0) / 1024 ** 3;
  console.log(
    `${count} deliveries of ${BODY_BYTES} bytes: database ${size("hookspool.db").toFixed(2)} GiB, full-text index ` +
      `${size("search.db").toFixed(2)} GiB; \`node bench/search.ts --deliveries ${count}\`\n`,
  );
  const store = openStore(dir);
  console.log("| 50 of | found | warm, median ms | cold, median ms |\n|---|---|---|---|");
  for (const [name, { filter, before }] of Object.entries(questions)) {
    const ask = () => store.reader.list(filter, { limit: 50, before }).length;
    const found = ask();
    const warm = median(Array.from({ length: 21 }, () => timed(ask)));
    const cold = median(Array.from({ length: 5 }, () => askCold(dir, name)));
    console.log(`| ${name} | ${found} | ${warm.toFixed(2)} | ${cold.toFixed(1)} |`);
  }

  console.log("\n| without an index | first hit or progress, ms | the whole, ms |\n|---|---|---|");
  for (const [name, filter] of Object.entries(scans)) {
    const first = median(
      Array.from({ length: 5 }, () => timed(() => store.reader.search(filter, { limit: 50, withinMs: 50 }))),
    );
    console.log(
      `| ${name} | ${first.toFixed(1)} | ${timed(() => store.reader.list(filter, { limit: 1_000 })).toFixed(0)} |`,
    );
  }
  void store.close();

  const empty = mkdtempSync(join(tmpdir(), "hookspool-empty-"));
  spawnSync(process.execPath, [thisFile, "--dir", empty, "--ask", "open"]);
  const pairs = Array.from({ length: 41 }, () => ({
    large: askProcess(dir, "open"),
    empty: askProcess(empty, "open"),
  }));
  rmSync(empty, { recursive: true, force: true });
  const large = median(pairs.map((pair) => pair.large));
  const ratio = median(pairs.map((pair) => pair.large / pair.empty));
  console.log(
    `\nOpening: ${large.toFixed(2)} ms, an empty store ${median(pairs.map((pair) => pair.empty)).toFixed(2)} ms, ratio ${ratio.toFixed(2)}`,
  );
}

/** In a new process, with nothing of the store in the system's memory. */
function askCold(dir: string, name: string): number {
  forgetPages(dir);
  return askProcess(dir, name);
}

/** A new process measures itself: its own start is none of ours. */
function askProcess(dir: string, name: string): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [thisFile, "--dir", dir, "--deliveries", String(count), "--ask", name],
    { encoding: "utf8" },
  );
  const ms = Number(stdout);
  if (stdout === "" || Number.isNaN(ms)) throw new Error(stderr);
  return ms;
}

function askOnce(name: string): void {
  const dir = flags.dir ?? "";
  let store: Store | undefined;
  const ms = timed(() => {
    store = openStore(dir);
    const question = questions[name];
    if (question) store.reader.list(question.filter, { limit: 50, before: question.before });
  });
  writeSync(1, String(ms));
  void store?.close();
}

/** As root all of the system's cache; otherwise the files', as far as `dd` can tell the system so. */
function forgetPages(dir: string): void {
  spawnSync("sync");
  try {
    writeFileSync("/proc/sys/vm/drop_caches", "1");
  } catch {
    for (const name of readdirSync(dir).filter((name) => name.includes(".db")))
      spawnSync("dd", [`if=${join(dir, name)}`, "iflag=nocache", "count=0"], { stdio: "ignore" });
  }
}

/** The same for the same seed, 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
