import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import { bodyFolder, fileBody, inlineBody } from "./bodies.ts";
import { syncFolder } from "./disk-sync.ts";
import { migrate } from "./migrations.ts";
import { type RawRecord, readableRecords, type Value } from "./pages.ts";
import { removeSearchIndex } from "./search-index.ts";
import { type Database, openDatabase } from "./sqlite.ts";
import { databaseFile } from "./store.ts";

/** A delivery of which something could be read, but not all. */
export interface LostDelivery {
  readonly id: number;
  readonly provider: string | null;
  readonly job: string | null;
  readonly why: string;
}

export interface RepairReport {
  readonly saved: number;
  readonly lost: readonly LostDelivery[];
  /** The folder with the damaged database, and what else could be read but not used. */
  readonly keptIn: string;
}

interface RepairOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Called with what the damaged database remembers, before anything is changed. Throws where it is in use. */
  readonly refuseIfUsed: (memory: ReadonlyMap<string, string>) => void;
}

/**
 * Reads what can be read of a damaged database into a fresh one, and puts that in its place. A delivery counts
 * as saved when its row, its headers and its body are there, and the body has the digest that was taken on
 * arrival. The damaged database is kept, with everything that was not saved.
 *
 * @throws {AppError} E_NOT_REPAIRABLE where nothing of ours can be read
 */
export async function repairStore(directory: string, options: RepairOptions): Promise<RepairReport> {
  const fresh = `${databaseFile(directory)}.repaired`;
  removeDatabase(fresh);
  const database = openDatabase(fresh, { checkpoints: "automatic" });
  try {
    migrate(database);
    const tally = readInto(database, databaseFile(directory));
    options.refuseIfUsed(new Map(memoryOf(database)));
    if (tally.rows === 0) throw nothingReadable(directory);
    const lost = [...(await findLost(database, bodyFolder(directory)))];
    const leftovers = lost.map((one) => ({ ...one, ...takeLeftover(database, one.id) }));
    removeLost(database);
    database.transaction(() => continueNumbers(database, tally.newest));
    const saved = Number(database.statement("SELECT count(*) AS n FROM deliveries").get()?.n);
    const files = database
      .statement("SELECT body_file AS file FROM payloads WHERE body_file IS NOT NULL")
      .all();
    database.close();
    const keptIn = putInPlace(directory, fresh, options.now);
    if (leftovers.length > 0) keepLeftovers(join(keptIn, "lost.jsonl"), leftovers);
    setAsideBodies(directory, keptIn, new Set(files.map(({ file }) => String(file))));
    return { saved, lost, keptIn };
  } catch (error) {
    database.close();
    removeDatabase(fresh);
    throw error;
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly isRequired: boolean;
  /** Whether older rows may be without it. */
  readonly isLater: boolean;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** The tables that cannot be worked out from others. */
const tables = ["deliveries", "payloads", "attempts", "exchanges"];

/** How many rows are inserted in one transaction. */
const CHUNK = 1_000;

/** Takes every row over that is one of ours, whichever table it is found in. */
function readInto(database: Database, damaged: string): { rows: number; newest: number } {
  const known = tables.map((name) => describeTable(database, name));
  let rows = 0;
  let newest = 0;
  let chunk: RawRecord[] = [];
  const insertChunk = () => {
    database.transaction(() => {
      for (const record of chunk) {
        newest = Math.max(newest, numberIn(record));
        if (insert(database, known, record)) rows += 1;
      }
    });
    chunk = [];
  };
  for (const record of readableRecords(damaged)) {
    chunk.push(record);
    if (chunk.length === CHUNK) insertChunk();
  }
  insertChunk();
  return { rows, newest };
}

function describeTable(database: Database, name: string): Table {
  const rows = database.statement(`PRAGMA table_info(${name})`).all();
  return {
    name,
    columns: rows.map((row) => ({
      name: String(row.name),
      type: String(row.type),
      isKey: row.pk === 1,
      isRequired: row.notnull === 1,
      isLater: row.notnull === 0 || row.dflt_value !== null,
    })),
  };
}

function insert(database: Database, known: readonly Table[], record: RawRecord): boolean {
  const { rowid, values } = record;
  if (rowid === null) return insertMemory(database, values);
  // The table that has as many columns, before one that has had more added since.
  const table = known
    .filter((candidate) => fits(candidate, values))
    .sort((a, b) => a.columns.length - b.columns.length)[0];
  if (!table || rowid < 1) return false;
  const names = table.columns.slice(0, values.length).map(({ name }) => name);
  const given = values.map((value, i) => (table.columns[i]?.isKey ? rowid : value));
  // A row that is found twice was copied to another page: the one that knows of more attempts is the newer.
  const conflict = table.name === "deliveries" ? newerDelivery : "DO NOTHING";
  const { changes } = database
    .statement(
      `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
       ON CONFLICT ${conflict}`,
    )
    .run(...given);
  return Number(changes) > 0;
}

const newerDelivery = `(id) DO UPDATE SET owed = excluded.owed, attempts = excluded.attempts,
  last_outcome = excluded.last_outcome, last_status = excluded.last_status, last_ms = excluded.last_ms,
  last_target = excluded.last_target WHERE excluded.attempts > attempts`;

function fits({ name, columns }: Table, values: readonly Value[]): boolean {
  return (
    values.length <= columns.length &&
    columns.slice(values.length).every(({ isLater }) => isLater) &&
    values.every((value, i) => fitsColumn(value, columns[i] as Column)) &&
    (name !== "deliveries" || values.some((value) => typeof value === "string" && isDigest.test(value)))
  );
}

const isDigest = /^[0-9a-f]{64}$/;

function fitsColumn(value: Value, { type, isKey, isRequired }: Column): boolean {
  // A key that is the row's number is not written a second time.
  if (isKey) return value === null;
  if (value === null) return !isRequired;
  switch (type) {
    case "INTEGER":
      return Number.isSafeInteger(value);
    case "REAL":
      return typeof value === "number";
    case "TEXT":
      return typeof value === "string";
    default:
      return value instanceof Uint8Array;
  }
}

/** An entry of the one table that has no row numbers: two texts. */
function insertMemory(database: Database, values: readonly Value[]): boolean {
  const [key, value] = values;
  if (values.length !== 2 || typeof key !== "string" || typeof value !== "string") return false;
  database.statement("INSERT OR IGNORE INTO memory (key, value) VALUES (?, ?)").run(key, value);
  return false;
}

const memoryOf = (database: Database): [string, string][] =>
  database
    .statement("SELECT key, value FROM memory")
    .all()
    .map(({ key, value }) => [String(key), String(value)]);

/** The number of a delivery, as far as a record speaks of one: also SQLite's own count of the last. */
function numberIn({ values }: RawRecord): number {
  const [table, last] = values;
  return values.length === 2 && table === "deliveries" && typeof last === "number" ? last : 0;
}

/** Numbers are never used twice, not even those of deliveries that were lost. */
function continueNumbers(database: Database, newest: number): void {
  database.statement("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'deliveries'").run(newest);
}

/** Puts those of which something is missing into a table `lost`, and yields them. */
async function findLost(database: Database, bodies: string): Promise<LostDelivery[]> {
  database.exec("CREATE TEMP TABLE lost (id INTEGER PRIMARY KEY, why TEXT NOT NULL)");
  database.exec(`
    INSERT INTO lost SELECT id, 'its headers and body cannot be read' FROM deliveries
      WHERE id NOT IN (SELECT delivery FROM payloads);
    INSERT INTO lost SELECT delivery, 'only its headers and body can be read' FROM payloads
      WHERE delivery NOT IN (SELECT id FROM deliveries);
    INSERT OR IGNORE INTO lost SELECT DISTINCT delivery, 'only its attempts can be read' FROM attempts
      WHERE delivery NOT IN (SELECT id FROM deliveries);
  `);
  const next = database.statement(
    `SELECT id, digest, bytes, body, body_file, body_at FROM deliveries JOIN payloads ON delivery = id
     WHERE id > ? ORDER BY id LIMIT 1`,
  );
  const mark = database.statement("INSERT OR IGNORE INTO lost (id, why) VALUES (?, ?)");
  for (let row = next.get(0); row; row = next.get(Number(row.id))) {
    const why = await bodyProblem(row, bodies);
    if (why) mark.run(Number(row.id), why);
  }
  return database
    .statement(
      "SELECT lost.id, provider, job, why FROM lost LEFT JOIN deliveries USING (id) ORDER BY lost.id",
    )
    .all()
    .map(({ id, provider, job, why }) => ({
      id: Number(id),
      provider: provider as string | null,
      job: job as string | null,
      why: String(why),
    }));
}

async function bodyProblem(row: Record<string, unknown>, bodies: string): Promise<string | undefined> {
  const file = row.body_file as string | null;
  if (file === null && !(row.body instanceof Uint8Array)) return "its body is missing";
  if (file !== null && !existsSync(join(bodies, file))) return "the file with its body is missing";
  const body =
    file === null
      ? inlineBody(row.body as Uint8Array)
      : fileBody(bodies, { file, at: Number(row.body_at) }, Number(row.bytes));
  const hash = createHash("sha256");
  for await (const piece of body.stream()) hash.update(piece);
  return hash.digest("hex") === row.digest ? undefined : "its body is damaged";
}

/** What could be read of a lost delivery, for a person to look at. */
function takeLeftover(database: Database, id: number): Record<string, unknown> {
  const payload = database
    .statement("SELECT headers, body, body_file, body_at FROM payloads WHERE delivery = ?")
    .get(id);
  return {
    delivery: database.statement("SELECT * FROM deliveries WHERE id = ?").get(id) ?? null,
    headers: payload?.headers ?? null,
    body: payload?.body instanceof Uint8Array ? Buffer.from(payload.body).toString("base64") : null,
    bodyFile: payload?.body_file ?? null,
    bodyAt: payload?.body_at ?? null,
  };
}

function removeLost(database: Database): void {
  database.transaction(() => {
    database.exec(`
      DELETE FROM payloads WHERE delivery IN (SELECT id FROM lost);
      DELETE FROM attempts WHERE delivery IN (SELECT id FROM lost);
      DELETE FROM deliveries WHERE id IN (SELECT id FROM lost);
      DELETE FROM attempts WHERE id NOT IN (SELECT attempt FROM exchanges);
      DELETE FROM exchanges WHERE attempt NOT IN (SELECT id FROM attempts);
    `);
  });
}

/**
 * The log goes first: it would be replayed into whatever stands beside it. A crash in between leaves the fresh
 * database beside the folder with the damaged one.
 */
function putInPlace(directory: string, fresh: string, now: number): string {
  const keptIn = join(directory, `damaged-${new Date(now).toISOString().replace(/:/g, "-")}`);
  const file = databaseFile(directory);
  syncFile(fresh);
  mkdirSync(keptIn, { mode: 0o700 });
  for (const suffix of ["-wal", ""])
    if (existsSync(file + suffix)) renameSync(file + suffix, join(keptIn, `hookspool.db${suffix}`));
  rmSync(`${file}-shm`, { force: true });
  removeSearchIndex(directory);
  renameSync(fresh, file);
  syncFolder(keptIn);
  syncFolder(directory);
  return keptIn;
}

function syncFile(file: string): void {
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function keepLeftovers(file: string, leftovers: readonly Record<string, unknown>[]): void {
  const text = leftovers.map((one) => `${JSON.stringify(one)}\n`).join("");
  writeFileSync(file, text, { mode: 0o600, flush: true });
}

/** Bodies of deliveries that are not saved would be swept up as nobody's. */
function setAsideBodies(directory: string, keptIn: string, named: ReadonlySet<string>): void {
  const folder = bodyFolder(directory);
  const others = existsSync(folder) ? readdirSync(folder).filter((name) => !named.has(name)) : [];
  if (others.length === 0) return;
  mkdirSync(bodyFolder(keptIn), { mode: 0o700 });
  for (const name of others) renameSync(join(folder, name), join(bodyFolder(keptIn), name));
}

function removeDatabase(file: string): void {
  for (const suffix of ["", "-wal", "-shm", ".lock"]) rmSync(file + suffix, { force: true });
}

function nothingReadable(directory: string): AppError {
  return new AppError(`nothing of hookspool's can be read in ${databaseFile(directory)}`, {
    code: "E_NOT_REPAIRABLE",
    fault: "environment",
    hint: "Move it away and start afresh, or name another data directory with --dir.",
  });
}
