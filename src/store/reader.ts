import type { Attempt, AttemptSummary, Outcome, Trigger, WireChanges } from "../core/attempt.ts";
import type { Delivery, DeliveryEvent, DeliverySummary, Origin, Refusal } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { RejectionReason, Verdict } from "../core/verdict.ts";
import { fileBody, inlineBody } from "./bodies.ts";
import type { Database } from "./sqlite.ts";

type Row = Record<string, unknown>;

export function createReader(database: Database, bodyFolder: string): DeliveryReader {
  const all = (sql: string, ...values: (string | number)[]) =>
    database.statement(sql).all(...values) as Row[];
  const one = (sql: string, ...values: (string | number)[]) =>
    database.statement(sql).get(...values) as Row | undefined;

  return {
    list(filter, { limit, before }) {
      const conditions = ["id < ?"];
      const values: (string | number)[] = [before ?? Number.MAX_SAFE_INTEGER];
      if (filter.owed !== undefined) conditions.push(filter.owed ? "owed = 1" : "owed = 0");
      if (filter.job !== undefined) {
        conditions.push("job = ?");
        values.push(filter.job);
      }
      return all(
        `SELECT * FROM deliveries WHERE ${conditions.join(" AND ")} ORDER BY id DESC LIMIT ?`,
        ...values,
        limit,
      ).map(toSummary);
    },
    deliveriesAfter: (id, limit) =>
      all("SELECT * FROM deliveries WHERE id > ? ORDER BY id LIMIT ?", id, limit).map(toSummary),
    attemptsAfter: (id, limit) =>
      all("SELECT * FROM attempts WHERE id > ? ORDER BY id LIMIT ?", id, limit).map(toAttemptSummary),
    newestAttempt: () => Number(one("SELECT max(id) AS id FROM attempts")?.id ?? 0),
    delivery(id) {
      const row = one(
        `SELECT deliveries.*, payloads.headers, payloads.explanation,
           payloads.client_address, payloads.withheld
         FROM deliveries JOIN payloads ON payloads.delivery = deliveries.id WHERE id = ?`,
        id,
      );
      return row && toDelivery(row);
    },
    body(id) {
      const row = one(
        `SELECT payloads.body, payloads.body_file, deliveries.bytes
         FROM payloads JOIN deliveries ON deliveries.id = payloads.delivery WHERE delivery = ?`,
        id,
      );
      if (!row) return undefined;
      const file = row.body_file as string | null;
      return file === null
        ? inlineBody(row.body as Uint8Array)
        : fileBody(bodyFolder, file, row.bytes as number);
    },
    attempts: (delivery) =>
      all(
        `SELECT attempts.*, exchanges.changes, exchanges.status_text, exchanges.headers, exchanges.body,
           exchanges.bytes
         FROM attempts JOIN exchanges ON exchanges.attempt = attempts.id WHERE delivery = ? ORDER BY number`,
        delivery,
      ).map(toAttempt),
    nth: (back) =>
      one("SELECT id FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?", back)?.id as number | undefined,
    idsBetween: (first, last) =>
      all("SELECT id FROM deliveries WHERE id BETWEEN ? AND ? ORDER BY id", first, last).map(
        (row) => row.id as number,
      ),
    counts() {
      const row = one(
        "SELECT (SELECT count(*) FROM deliveries) AS deliveries, (SELECT count(*) FROM deliveries WHERE owed = 1) AS owed",
      );
      return { deliveries: Number(row?.deliveries), owed: Number(row?.owed) };
    },
  };
}

function toSummary(row: Row): DeliverySummary {
  return {
    id: row.id as number,
    receivedAt: row.received_at as number,
    origin: row.origin as Origin,
    method: row.method as string,
    path: row.path as string,
    provider: row.provider as string | null,
    event: row.event as DeliveryEvent | null,
    eventName: row.event_name as string | null,
    job: row.job as string | null,
    dedupeKey: row.dedupe_key as string | null,
    verdict: row.verdict as Verdict,
    reason: row.reason as RejectionReason | null,
    bytes: row.bytes as number,
    duplicateOf: row.duplicate_of as number | null,
    refusal: row.refusal as Refusal | null,
    owed: row.owed === 1,
    settledBy: row.settled_by as number | null,
    givenUp: row.given_up === 1,
    attempts: row.attempts as number,
    lastOutcome: row.last_outcome as Outcome | null,
    lastStatus: row.last_status as number | null,
    lastMs: row.last_ms as number | null,
    lastTarget: row.last_target as string | null,
  };
}

function toDelivery(row: Row): Delivery {
  return {
    ...toSummary(row),
    headers: JSON.parse(row.headers as string) as HeaderPairs,
    httpVersion: row.http_version as string,
    peer: row.peer as string | null,
    clientAddress: row.client_address as string | null,
    withheld: row.withheld === null ? [] : (JSON.parse(row.withheld as string) as string[]),
    explanation: row.explanation as string,
    digest: row.digest as string,
  };
}

function toAttemptSummary(row: Row): AttemptSummary {
  return {
    id: row.id as number,
    delivery: row.delivery as number,
    number: row.number as number,
    trigger: row.trigger as Trigger,
    target: row.target as string,
    startedAt: row.started_at as number,
    outcome: row.outcome as Outcome,
    problem: row.problem as string | null,
    status: row.status as number | null,
    ms: row.ms as number,
  };
}

function toAttempt(row: Row): Attempt {
  const summary = toAttemptSummary(row);
  return {
    ...summary,
    changes: JSON.parse(row.changes as string) as WireChanges,
    response:
      summary.status === null
        ? null
        : {
            status: summary.status,
            statusText: row.status_text as string,
            headers: JSON.parse(row.headers as string) as HeaderPairs,
            body: row.body as Uint8Array,
            bytes: row.bytes as number,
          },
  };
}
