import { setImmediate as turn } from "node:timers/promises";
import type { AttemptSummary, NewAttempt } from "../core/attempt.ts";
import { succeeded } from "../core/attempt.ts";
import type { CapturedBody, DeliverySummary, Identity, NewDelivery } from "../core/delivery.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import type { Verification } from "../core/verdict.ts";
import { type BodyPlace, fileBody, inlineBody, openBodyIntake, removeBodyFile } from "./bodies.ts";
import { createBodyGroups, DATABASE_BODY_BYTES } from "./body-groups.ts";
import { createEventBook } from "./events.ts";
import { isNamed } from "./forget.ts";
import { createHeldRecords, type Entry } from "./held-records.ts";
import type { LogSync } from "./log-sync.ts";
import { type Database, mayPass } from "./sqlite.ts";

/** What causes no sync of its own is written after this, with the next commit or in one of its own, */
const IDLE_DELAY_MS = 50;

/** or with the next commit once there is so much of it: every commit writes a page for each table that it touches. */
const IDLE_TOGETHER = 32;

/** About what an attempt takes in memory, the answer's body apart. */
const ATTEMPT_BYTES = 2_000;

export interface GroupWriter extends DeliveryWriter {
  /** Resolves when everything given so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface WriterOptions {
  readonly database: Database;
  readonly log: LogSync;
  readonly bodyFolder: string;
  /**
   * Given where attempts are to be kept in memory as long as the disk does not take them, in a bounded number:
   * called with the reason. Elsewhere such a write fails.
   */
  readonly onHeldUp?: ((error: unknown) => void) | undefined;
}

/**
 * Group commit: what arrives while one group is being synced makes up the next. A delivery is answered for only
 * after the sync; attempts ride on a commit now and then, at the latest on that of the next delivery of their job, or on a
 * timer, and never cause a sync of their own: if power fails before one, the delivery is still listed as owed.
 */
export function createWriter({ database, log, bodyFolder, onHeldUp }: WriterOptions): GroupWriter {
  let entries: Waiting[] = [];
  let idle: Waiting[] = [];
  let idleIsDue = false;
  /** The jobs of attempts that wait. */
  const triedJobs = new Set<string>();
  let mustSync = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const held = onHeldUp && createHeldRecords({ database, onHeldUp });
  /** A sync failed: what it was for may not be in the log, though the system no longer says so. */
  let logIsDoubtful = false;
  const events = createEventBook(database);
  const bodies = createBodyGroups(bodyFolder);
  const recent = recentEvents(database);

  async function drain() {
    while (entries.length > 0 || idleIsDue) {
      // What else arrives in this turn of the event loop joins the group; who was told of the last goes first.
      await turn();
      const sync = mustSync;
      mustSync = false;
      const group = takeGroup();
      const written = write(group.some(({ body }) => body) ? await keepBodies(group) : group);
      try {
        const synced = sync && written.length > 0 ? log.sync() : undefined;
        if (synced) await synced;
        for (const { entry, result } of written) entry.settle(result);
      } catch (error) {
        logIsDoubtful = true;
        // An attempt is written all the same, and was never promised to outlive a power failure.
        for (const { entry, result } of written) isRecord(entry) ? entry.settle(result) : entry.fail(error);
      }
    }
    // In the same breath as the look at the queue: who is told of a delivery may at once give the next.
    running = undefined;
  }

  function takeGroup(): Waiting[] {
    const group = idleIsDue ? [...idle, ...entries] : entries;
    entries = [];
    if (!idleIsDue) return group;
    idle = [];
    idleIsDue = false;
    triedJobs.clear();
    clearTimeout(timer);
    timer = undefined;
    return group;
  }

  /** Larger bodies go first: where they are has to be durable before a row names it. What may now be written. */
  async function keepBodies(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const large = group.flatMap(({ body }) => body ?? []);
    try {
      const places = await bodies.keep(large.map(({ bytes }) => bytes));
      for (const [i, body] of large.entries()) body.place = places[i];
      return group;
    } catch (error) {
      for (const { body, fail } of group) if (body) fail(error);
      return group.filter(({ body }) => !body);
    }
  }

  function dropBodies(group: readonly Waiting[]) {
    const files = new Set(group.flatMap(({ body }) => body?.place?.file ?? []));
    try {
      for (const file of files) if (!isNamed(database, file)) removeBodyFile(bodyFolder, file);
    } catch {
      // They are swept up later.
    }
  }

  /** What was written, with what came of it. */
  function write(group: readonly Waiting[]): Written[] {
    // Attempts are numbered as they come: while some are held, the others line up behind them.
    const waiting = held === undefined || held.isEmpty ? [] : group.filter(isRecord);
    for (const entry of waiting) held?.hold(entry);
    const now = waiting.length === 0 ? group : group.filter((entry) => !isRecord(entry));
    try {
      if (logIsDoubtful) renewLog();
      const results = database.transaction(() => {
        events.catchUp();
        return now.map((entry) => entry.apply());
      });
      return now.map((entry, i) => ({ entry, result: results[i] }));
    } catch (error) {
      events.forget();
      dropBodies(now);
      for (const entry of now)
        if (held && isRecord(entry) && mayPass(error)) held.hold(entry, error);
        else entry.fail(error);
      return [];
    }
  }

  /**
   * After a failed sync a later one may succeed without having written what the first was for. Everything is
   * brought into the database and the log begun anew, before anything more is promised.
   *
   * @see https://wiki.postgresql.org/wiki/Fsync_Errors
   */
  function renewLog() {
    if (!database.checkpoint("RESTART"))
      throw Object.assign(new Error("a sync failed, and the log cannot be begun anew yet"), { code: "EIO" });
    logIsDoubtful = false;
  }

  function run(): Promise<void> {
    running ??= drain();
    return running;
  }

  function enqueue<T>(queue: Waiting[], apply: () => T, more: Pick<Waiting, "bytes" | "body">): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      queue.push({ apply, settle: resolve as (result: unknown) => void, fail: reject, ...more });
    });
  }

  /** Rides on a commit once there are enough of its kind or it has waited, and brings about one where there is none. */
  function enqueueIdly<T>(apply: () => T, bytes?: number): Promise<T> {
    const done = enqueue(idle, apply, { bytes });
    if (idle.length >= IDLE_TOGETHER) idleIsDue = true;
    timer ??= setTimeout(runIdle, IDLE_DELAY_MS);
    return done;
  }

  function runIdle() {
    idleIsDue = idle.length > 0;
    timer = undefined;
    void run();
  }

  return {
    openBody: () => openBodyIntake(bodyFolder),
    reopen: (body) =>
      body.kind === "inline"
        ? inlineBody(body.bytes)
        : fileBody(bodyFolder, { file: body.file, at: 0 }, body.size),
    append(delivery) {
      // Or a kill would leave the one before it owed, to be handed over once more behind this one.
      if (delivery.identity.job !== null && triedJobs.has(delivery.identity.job)) idleIsDue = true;
      const body = largeBody(delivery.body);
      const apply = () => {
        const duplicateOf = events.first(delivery.identity);
        const summary = insertDelivery(database, delivery, duplicateOf, body?.place);
        events.add(summary.id, delivery.identity);
        recent.keep(summary);
        return summary;
      };
      const done = enqueue(entries, apply, { body });
      mustSync = true;
      void run();
      return done;
    },
    appendAttempt(attempt) {
      const event = recent.peek(attempt.delivery);
      if (!event) idleIsDue = true;
      else if (event.job !== null) triedJobs.add(event.job);
      return enqueueIdly(
        () => insertAttempt(database, attempt, recent.take),
        ATTEMPT_BYTES + (attempt.response?.body.length ?? 0),
      );
    },
    setVerification: (id, verification) => enqueueIdly(() => updateVerification(database, id, verification)),
    giveUp: (id) =>
      enqueueIdly(
        () => void database.statement("UPDATE deliveries SET given_up = 1 WHERE id = ? AND owed = 1").run(id),
      ),
    setIdentity: (id, identity) =>
      enqueueIdly(() => {
        recent.forget(id);
        updateIdentity(database, id, identity, events.first(identity, id));
        events.add(id, identity);
      }),
    async flush() {
      mustSync = true;
      while (entries.length > 0 || idle.length > 0 || running) {
        idleIsDue = idle.length > 0;
        await run();
      }
      held?.write();
    },
    async close() {
      await this.flush();
      held?.drop(new Error("attempts could not be written before the end"));
      log.close();
    },
  };
}

/** An attempt: a delivery's sender has that still, and what else fails is done again. */
const isRecord = (entry: Entry) => entry.bytes !== undefined;

interface Waiting extends Entry {
  /** What is kept beside the database, before the rest is written. */
  readonly body?: LargeBody | undefined;
}

interface LargeBody {
  readonly bytes: Uint8Array;
  place?: BodyPlace | undefined;
}

const largeBody = (body: CapturedBody): LargeBody | undefined =>
  body.kind === "inline" && body.size > DATABASE_BODY_BYTES ? { bytes: body.bytes } : undefined;

interface Written {
  readonly entry: Entry;
  readonly result: unknown;
}

function insertDelivery(
  database: Database,
  delivery: NewDelivery,
  duplicateOf: number | null,
  place: BodyPlace | undefined,
): DeliverySummary {
  const { head, body, identity, verification, refusal, owed } = delivery;
  const { lastInsertRowid } = database
    .statement(
      `INSERT INTO deliveries (received_at, origin, method, path, http_version, peer, provider, event, event_name,
         job, dedupe_key, verdict, reason, bytes, digest, duplicate_of, refusal, owed, promised_to)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      head.receivedAt,
      head.origin,
      head.method,
      head.path,
      head.httpVersion,
      head.peer,
      identity.provider,
      identity.event,
      identity.eventName,
      identity.job,
      identity.dedupeKey,
      verification.verdict,
      verification.reason,
      body.size,
      body.digest,
      duplicateOf,
      refusal,
      owed ? 1 : 0,
      delivery.promisedTo ?? null,
    );
  const id = Number(lastInsertRowid);
  database
    .statement(
      `INSERT INTO payloads (delivery, headers, explanation, body, body_file, body_at, client_address, withheld)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      id,
      JSON.stringify(head.headers),
      verification.explanation,
      body.kind === "inline" && !place ? body.bytes : null,
      body.kind === "file" ? body.file : (place?.file ?? null),
      place?.at ?? null,
      head.clientAddress ?? null,
      head.withheld === undefined ? null : JSON.stringify(head.withheld),
    );
  return {
    ...identity,
    id,
    receivedAt: head.receivedAt,
    origin: head.origin,
    method: head.method,
    path: head.path,
    verdict: verification.verdict,
    reason: verification.reason,
    bytes: body.size,
    duplicateOf,
    refusal,
    owed,
    settledBy: null,
    givenUp: false,
    attempts: 0,
    lastOutcome: null,
    lastStatus: null,
    lastMs: null,
    lastTarget: null,
  };
}

function updateVerification(database: Database, id: number, verification: Verification): void {
  const { verdict, reason, explanation } = verification;
  database.statement("UPDATE deliveries SET verdict = ?, reason = ? WHERE id = ?").run(verdict, reason, id);
  database.statement("UPDATE payloads SET explanation = ? WHERE delivery = ?").run(explanation, id);
}

function updateIdentity(
  database: Database,
  id: number,
  identity: Identity,
  duplicateOf: number | null,
): void {
  const { provider, event, eventName, job, dedupeKey } = identity;
  database
    .statement(
      `UPDATE deliveries SET provider = ?, event = ?, event_name = ?, job = ?, dedupe_key = ?, duplicate_of = ?
       WHERE id = ?`,
    )
    .run(provider, event, eventName, job, dedupeKey, duplicateOf, id);
}

/** What an event's deliveries have in common. */
type Event = Pick<DeliverySummary, "origin" | "provider" | "job" | "dedupeKey">;

/** How many deliveries may be on their way between their commit and their first attempt's. */
const RECENT_EVENTS = 10_000;

/** The events of what was just written, which need not be read again with the first attempt. */
function recentEvents(database: Database) {
  const recent = new Map<number, Event>();
  return {
    keep({ id, origin, provider, job, dedupeKey }: DeliverySummary) {
      recent.set(id, { origin, provider, job, dedupeKey });
      const [oldest] = recent.size > RECENT_EVENTS ? recent.keys() : [];
      if (oldest !== undefined) recent.delete(oldest);
    },
    forget: (id: number) => void recent.delete(id),
    peek: (id: number) => recent.get(id),
    take(id: number): Event | undefined {
      const kept = recent.get(id);
      if (kept) {
        recent.delete(id);
        return kept;
      }
      return database
        .statement("SELECT origin, provider, job, dedupe_key AS dedupeKey FROM deliveries WHERE id = ?")
        .get(id) as Event | undefined;
    },
  };
}

/**
 * A handler that has taken one delivery of an event has the event: the others are owed no longer. They are looked
 * for among what is owed, which is little, rather than among all that one job was ever told.
 */
function settleOthers(database: Database, id: number, { origin, provider, job, dedupeKey }: Event): void {
  if (dedupeKey === null) return;
  const [index, condition] =
    job === null ? ["deliveries_owed_dedupe", "job IS NULL"] : ["deliveries_owed_job", "job = ?"];
  const others = database
    .statement(
      `SELECT id FROM deliveries INDEXED BY ${index}
       WHERE ${condition} AND dedupe_key = ? AND provider IS ? AND origin = ? AND owed = 1`,
    )
    .all(...(job === null ? [] : [job]), dedupeKey, provider, origin);
  for (const other of others)
    database
      .statement("UPDATE deliveries SET owed = 0, settled_by = ? WHERE id = ?")
      .run(id, other.id as number);
}

function insertAttempt(
  database: Database,
  attempt: NewAttempt,
  eventOf: (delivery: number) => Event | undefined,
): AttemptSummary {
  const { delivery, trigger, target, startedAt, outcome, problem, response, ms } = attempt;
  const status = response?.status ?? null;
  const success = succeeded({ outcome, status });
  const row = database
    .statement(
      `UPDATE deliveries
       SET attempts = attempts + 1, last_outcome = ?, last_status = ?, last_ms = ?, last_target = ?, owed = owed AND ?
       WHERE id = ? RETURNING attempts`,
    )
    .get(outcome, status, ms, attempt.targetBase, success ? 0 : 1, delivery);
  // A delivery that was forgotten while it was being handled leaves no attempt behind.
  if (!row) return { id: 0, delivery, number: 0, trigger, target, startedAt, outcome, problem, status, ms };

  if (success && trigger !== "replay") {
    const event = eventOf(delivery);
    if (event) settleOthers(database, delivery, event);
  }
  const number = Number(row.attempts);
  const { lastInsertRowid } = database
    .statement(
      `INSERT INTO attempts (delivery, number, trigger, target, started_at, outcome, problem, status, ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(delivery, number, trigger, target, startedAt, outcome, problem, status, ms);
  const id = Number(lastInsertRowid);
  database
    .statement(
      "INSERT INTO exchanges (attempt, changes, status_text, headers, body, bytes) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .run(
      id,
      JSON.stringify(attempt.changes),
      response?.statusText ?? null,
      response ? JSON.stringify(response.headers) : null,
      response?.body ?? null,
      response?.bytes ?? null,
    );
  return { id, delivery, number, trigger, target, startedAt, outcome, problem, status, ms };
}
