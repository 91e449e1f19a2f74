import { type HeaderPairs, headerValue } from "../core/headers.ts";
import type { UnfinishedJob } from "../core/notice.ts";
import type { Database } from "./sqlite.ts";

/** So far back is looked. A job of before has most likely ended elsewhere. */
const LATEST = 10_000;

/** So many are named at most. */
const MOST = 100;

/**
 * Jobs that were heard of through the public URL `endpoint`, newest first, and not that they had ended: that news
 * is on its way to a URL which no longer leads here.
 */
export function unfinishedJobs(database: Database, endpoint: string): UnfinishedJob[] {
  const host = URL.parse(endpoint)?.host.toLowerCase();
  return database
    .statement(
      `SELECT unfinished.*, deliveries.event_name, payloads.headers FROM (
         SELECT provider, job, max(id) AS id FROM deliveries
         WHERE id > (SELECT coalesce(max(id), 0) FROM deliveries) - ${LATEST}
           AND job IS NOT NULL AND origin = 'captured'
         GROUP BY provider, job HAVING total(event IN ('completed', 'failed')) = 0
         ORDER BY 3 DESC LIMIT ${10 * MOST}
       ) AS unfinished
       JOIN deliveries ON deliveries.id = unfinished.id
       JOIN payloads ON payloads.delivery = unfinished.id ORDER BY unfinished.id DESC`,
    )
    .all()
    .filter((row) => cameThrough(JSON.parse(row.headers as string) as HeaderPairs, host))
    .slice(0, MOST)
    .map((row) => ({
      provider: row.provider as string | null,
      job: row.job as string,
      eventName: row.event_name as string | null,
      delivery: row.id as number,
    }));
}

function cameThrough(headers: HeaderPairs, host: string | undefined): boolean {
  const named = headerValue(headers, "host")?.toLowerCase();
  // Some tunnels write the name of this machine in its place.
  return named === host || named === undefined || /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/.test(named);
}
