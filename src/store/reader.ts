import type { DeliverySummary } from "../core/delivery.ts";
import type { DeliveryReader } from "../core/ports.ts";
import { fileBody, inlineBody } from "./bodies.ts";
import { type Row, toAttempt, toAttemptSummary, toDelivery, toSummary } from "./rows.ts";
import { createSearch } from "./search.ts";
import type { SearchIndex } from "./search-index.ts";
import type { Database } from "./sqlite.ts";

interface ReaderOptions {
  readonly database: Database;
  readonly bodyFolder: string;
  readonly index: () => SearchIndex | undefined;
}

export function createReader({ database, bodyFolder, index }: ReaderOptions): DeliveryReader {
  const all = (sql: string, ...values: (string | number)[]) =>
    database.statement(sql).all(...values) as Row[];
  const one = (sql: string, ...values: (string | number)[]) =>
    database.statement(sql).get(...values) as Row | undefined;
  const search = createSearch({ database, bodyFolder, index });

  return {
    list: (filter, page) => search.find(filter, page).deliveries as DeliverySummary[],
    search: search.find,
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
        `SELECT payloads.body, payloads.body_file, payloads.body_at, deliveries.bytes
         FROM payloads JOIN deliveries ON deliveries.id = payloads.delivery WHERE delivery = ?`,
        id,
      );
      if (!row) return undefined;
      const file = row.body_file as string | null;
      return file === null
        ? inlineBody(row.body as Uint8Array)
        : fileBody(bodyFolder, { file, at: Number(row.body_at) }, row.bytes as number);
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
