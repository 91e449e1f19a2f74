/**
 * How much verifying and forging cost beside the HMAC that they are made of: batches in turns (A B C … A B C …),
 * ratios within a round, medians of those. `npm run bench:signing`.
 */
import { createHmac, randomBytes } from "node:crypto";
import { cpus } from "node:os";
import { composePayload, deliveryOf, forgeDelivery } from "../src/inspect/forge.ts";
import { verifyDelivery } from "../src/inspect/verify.ts";

const ROUNDS = 21;
const BATCH = 4_000;
const BODY_BYTES = 2048;

const secret = "whsec_c2VjcmV0IG9mIGEgYmVuY2htYXJr";
const key = secret.slice("whsec_".length);
const now = Date.now();
const random = randomBytes;

const data = Buffer.from(JSON.stringify({ id: "task_1", pad: "x".repeat(BODY_BYTES - 26) }));
const payload = composePayload({ provider: "wavespeed", event: "completed", now, random, data });
const { headers, body, path } = deliveryOf(payload, { secret, now, random });
const request = { headers, body, url: path, receivedAt: now };
const prefix = `${payload.id}.${Math.floor(now / 1000)}.`;

/** Each does its work once. */
const contenders = {
  "bare createHmac": () => createHmac("sha256", key).update(prefix).update(body).digest("hex"),
  verify: () => verifyDelivery({ request, schemes: payload.provider.schemes, secret }),
  "sign a known payload": () => deliveryOf(payload, { secret, now, random }),
  "forge from the sample": () =>
    forgeDelivery({ provider: "wavespeed", event: "completed", secret, now, random }),
};

/** At least this share of the bare HMAC's rate. */
const limits: Partial<Record<keyof typeof contenders, number>> = { verify: 0.5 };

if (contenders.verify().verdict !== "verified") throw new Error("what is measured does not verify");

const names = Object.keys(contenders) as (keyof typeof contenders)[];
const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
  (typeof names)[number],
  number[]
>;

for (const name of names) for (let warm = 0; warm < 4; warm += 1) rate(contenders[name]);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const name of names) rates[name].push(rate(contenders[name]));
}

console.log(
  `Node ${process.version}, ${cpus()[0]?.model} x${cpus().length}, body of ${body.length} bytes, ${ROUNDS} rounds of ${BATCH}, medians`,
);
let missed = 0;
for (const name of names) {
  const ratio = median(
    rates[name].map((own, round) => own / (rates["bare createHmac"][round] ?? Number.NaN)),
  );
  const limit = limits[name];
  const under = limit !== undefined && ratio < limit;
  if (under) missed += 1;
  const verdict = limit === undefined ? "" : `  (at least ${limit}${under ? ": MISSED" : ""})`;
  console.log(
    `${name.padEnd(24)} ${Math.round(median(rates[name])).toLocaleString("en").padStart(9)} /s  ${ratio.toFixed(2)} x${verdict}`,
  );
}
process.exitCode = missed > 0 ? 1 : 0;

/** Times a second. */
function rate(work: () => unknown): number {
  const start = performance.now();
  for (let i = 0; i < BATCH; i += 1) work();
  return (BATCH * 1000) / (performance.now() - start);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
