import { randomBytes } from "node:crypto";
import { composePayload, deliveryOf } from "../../src/inspect/forge.ts";

/** What every contender that checks signatures is told. */
export const signingSecret = "whsec_c2VjcmV0IG9mIGEgYmVuY2htYXJr";

export const signingProvider = "wavespeed";

interface Options {
  readonly count: number;
  /** Length of each body. */
  readonly bytes: number;
}

/**
 * Requests as they go over the wire, signed now: different jobs, so that none is a repeat of another, and all
 * of one length. Signatures are good for five minutes.
 */
export function signedRequests({ count, bytes }: Options): Buffer[] {
  const now = Date.now();
  return Array.from({ length: count }, () => {
    const delivery = deliveryOf(payload(bytes, now), { secret: signingSecret, now, random: randomBytes });
    const fields = [
      ["Host", "calm-fox.example"],
      ["User-Agent", "webhook-sender/1.0"],
      ["Accept", "*/*"],
      ["Accept-Encoding", "gzip, deflate"],
      ["X-Forwarded-For", "203.0.113.7"],
      ["X-Forwarded-Proto", "https"],
      ["Content-Length", String(delivery.body.length)],
      ...delivery.headers,
    ];
    const head = [`POST ${delivery.path} HTTP/1.1`, ...fields.map((field) => field.join(": ")), "", ""];
    return Buffer.concat([Buffer.from(head.join("\r\n")), delivery.body]);
  });
}

/** The provider's own sample, its prompt made as long as it takes. */
function payload(bytes: number, now: number) {
  const given = { provider: signingProvider, event: "completed", now, random: randomBytes };
  const sample = composePayload({ ...given, set: ["input.prompt="] });
  const text = Buffer.from(sample.body).toString();
  const prompt = prose.repeat(Math.ceil(bytes / prose.length)).slice(0, bytes - text.length);
  return { ...sample, body: Buffer.from(text.replace('"prompt":""', `"prompt":"${prompt}"`)) };
}

const prose = "Octopus against crab at chess, under water, in vivid colours, seen from above. ";
