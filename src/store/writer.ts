import { setImmediate as turn } from "node:timers/promises";
import type { AttemptSummary, NewAttempt } from "../core/attempt.ts";
import { succeeded } from "../core/attempt.ts";
import type { DeliverySummary, Identity, NewDelivery } from "../core/delivery.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import type { Verification } from "../core/verdict.ts";
import { fileBody, inlineBody, openBodyIntake } from "./bodies.ts";
import type { LogSync } from "./log-sync.ts";
import type { Database } from "./sqlite.ts";

/** What causes no sync of its own waits this long for a delivery's commit to ride on. */
const IDLE_DELAY_MS = 50;

export interface GroupWriter extends DeliveryWriter {
  /** Resolves when everything given so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  /** Runs inside the transaction. */
  readonly apply: () => unknown;
  readonly settle: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Group commit: what arrives while one group is being synced makes up the next. A delivery is answered for only
 * after the sync; an attempt rides on the next commit, or on a timer, and never causes a sync of its own: if
 * power fails before one, the delivery is still listed as owed.
 */
export function createWriter(database: Database, log: LogSync, bodyFolder: string): GroupWriter {
  let entries: Entry[] = [];
  let mustSync = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const events = recentEvents(database);

  async function drain() {
    while (entries.length > 0) {
      // What else arrives in this turn of the event loop joins the group; who was told of the last goes first.
      await turn();
      const group = entries;
      const sync = mustSync;
      entries = [];
      mustSync = false;
      clearTimeout(timer);
      timer = undefined;
      try {
        const results = database.transaction(() => group.map((entry) => entry.apply()));
        if (sync) await log.sync();
        group.forEach((entry, i) => void entry.settle(results[i]));
      } catch (error) {
        for (const entry of group) entry.fail(error);
      }
    }
    // In the same breath as the look at the queue: who is told of a delivery may at once give the next.
    running = undefined;
  }

  function run(): Promise<void> {
    running ??= drain();
    return running;
  }

  function enqueue<T>(apply: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      entries.push({ apply, settle: resolve as (result: unknown) => void, fail: reject });
    });
  }

  /** Rides on a delivery's commit, or on the timer where none comes. */
  function enqueueIdly<T>(apply: () => T): Promise<T> {
    const done = enqueue(apply);
    if (!running) timer ??= setTimeout(run, IDLE_DELAY_MS);
    return done;
  }

  return {
    openBody: () => openBodyIntake(bodyFolder),
    reopen: (body) =>
      body.kind === "inline" ? inlineBody(body.bytes) : fileBody(bodyFolder, body.file, body.size),
    append(delivery) {
      const done = enqueue(() => {
        const summary = insertDelivery(database, delivery);
        events.keep(summary);
        return summary;
      });
      mustSync = true;
      void run();
      return done;
    },
    appendAttempt: (attempt) => enqueueIdly(() => insertAttempt(database, attempt, events.take)),
    setVerification: (id, verification) => enqueueIdly(() => updateVerification(database, id, verification)),
    giveUp: (id) =>
      enqueueIdly(
        () => void database.statement("UPDATE deliveries SET given_up = 1 WHERE id = ? AND owed = 1").run(id),
      ),
    setIdentity: (id, identity) =>
      enqueueIdly(() => {
        events.forget(id);
        updateIdentity(database, id, identity);
      }),
    async flush() {
      mustSync = true;
      while (entries.length > 0 || running) await run();
    },
    async close() {
      await this.flush();
      log.close();
    },
  };
}

function insertDelivery(database: Database, delivery: NewDelivery): DeliverySummary {
  const { head, body, identity, verification, refusal, owed } = delivery;
  const duplicateOf = firstOfEvent(database, identity);
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
      `INSERT INTO payloads (delivery, headers, explanation, body, body_file, client_address, withheld)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      id,
      JSON.stringify(head.headers),
      verification.explanation,
      body.kind === "inline" ? body.bytes : null,
      body.kind === "file" ? body.file : null,
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

/** The first delivery of this event, among those before a number where one is given. The job goes with the key. */
function firstOfEvent(
  database: Database,
  { provider, job, dedupeKey }: Identity,
  before = Number.MAX_SAFE_INTEGER,
): number | null {
  if (dedupeKey === null) return null;
  const row =
    job === null
      ? database
          .statement(
            `SELECT id FROM deliveries INDEXED BY deliveries_dedupe
             WHERE job IS NULL AND dedupe_key = ? AND provider IS ? AND id < ? ORDER BY id LIMIT 1`,
          )
          .get(dedupeKey, provider, before)
      : database
          .statement(
            `SELECT id FROM deliveries INDEXED BY deliveries_job
             WHERE job = ? AND dedupe_key = ? AND provider IS ? AND id < ? ORDER BY id LIMIT 1`,
          )
          .get(job, dedupeKey, provider, before);
  return (row?.id ?? null) as number | null;
}

function updateVerification(database: Database, id: number, verification: Verification): void {
  const { verdict, reason, explanation } = verification;
  database.statement("UPDATE deliveries SET verdict = ?, reason = ? WHERE id = ?").run(verdict, reason, id);
  database.statement("UPDATE payloads SET explanation = ? WHERE delivery = ?").run(explanation, id);
}

function updateIdentity(database: Database, id: number, identity: Identity): void {
  const { provider, event, eventName, job, dedupeKey } = identity;
  const duplicateOf = firstOfEvent(database, identity, id);
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
    keep(delivery: DeliverySummary) {
      recent.set(delivery.id, delivery);
      const [oldest] = recent.size > RECENT_EVENTS ? recent.keys() : [];
      if (oldest !== undefined) recent.delete(oldest);
    },
    forget: (id: number) => void recent.delete(id),
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
