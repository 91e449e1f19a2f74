import { createHmac, timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { Delivery, Steps } from "./handler.ts";

/** Handlers that do everything right, by provider; the faulty ones are made from these. */

const common = { get: 405, maxBodyBytes: 10 * 1024 ** 2, respond: () => 200 } as const;

export const rightWavespeed = (secret: string): Steps => ({
  ...common,
  isGenuine: ({ headers, body }) => isWavespeedSignature(headers, body, secret.replace(/^whsec_/, "")),
});

/** The signature over these bytes by this key, no more than 300 s old or ahead. */
export function isWavespeedSignature(
  headers: Delivery["headers"],
  body: Uint8Array | string,
  key: string | Buffer,
) {
  const time = text(headers["webhook-timestamp"]);
  return isRecent(time) && isWavespeedMac(headers, body, key);
}

export function isWavespeedMac(
  headers: Delivery["headers"],
  body: Uint8Array | string,
  key: string | Buffer,
): boolean {
  const id = text(headers["webhook-id"]);
  const time = text(headers["webhook-timestamp"]);
  if (id === "" || time === "") return false;
  const mac = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest("hex");
  return isEqual(text(headers["webhook-signature"]), `v3,${mac}`);
}

export const rightGet3w = (secret: string): Steps => ({
  ...common,
  isGenuine: ({ headers, body }) =>
    isEqual(text(headers["x-get3w-signature"]), createHmac("sha256", secret).update(body).digest("hex")),
});

export const rightWazza = (secret: string): Steps => ({
  ...common,
  isGenuine({ headers, body }) {
    const time = text(headers["x-wazza-timestamp"]);
    const mac = createHmac("sha256", secret).update(`${time}.`).update(body).digest("hex");
    return isRecent(time) && isEqual(text(headers["x-wazza-signature"]), mac);
  },
});

export const rightRunware = (token: string): Steps => ({
  ...common,
  isGenuine: ({ url }) => isEqual(url.searchParams.get("token") ?? "", token),
});

/** With the official package. */
export const rightStandardWebhooks = (secret: string): Steps => ({
  ...common,
  isGenuine({ headers, body }) {
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  },
});

export const text = (value: string | string[] | undefined): string =>
  typeof value === "string" ? value : "";

export function isRecent(time: string): boolean {
  return /^\d+$/.test(time) && Math.abs(Date.now() / 1000 - Number(time)) <= 300;
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
