import { createHmac, timingSafeEqual } from "node:crypto";
import type { Delivery, Message, Steps } from "./handler.ts";
import { isRecent, isWavespeedMac, isWavespeedSignature, rightWavespeed, rightWazza, text } from "./right.ts";

/** A handler with one fault, and the cases that it has to miss: all of them, and no others. */
export interface FaultyHandler {
  readonly provider: "wavespeed" | "wazza";
  readonly fault: string;
  readonly errors: readonly string[];
  readonly warnings?: readonly string[];
  /** What it is told to be its mistake. */
  readonly finding?: string;
  /** How long the check waits, in ms. */
  readonly timeoutMs?: number;
  steps(secret: string): Steps;
}

/** The right handler of WaveSpeedAI with some steps done otherwise. */
const wavespeed = (change: (right: Steps, key: string) => Partial<Steps>) => ({
  provider: "wavespeed" as const,
  steps(secret: string): Steps {
    const right = rightWavespeed(secret);
    return { ...right, ...change(right, keyOf(secret)) };
  },
});

const keyOf = (secret: string) => secret.replace(/^whsec_/, "");
const signatureOf = ({ headers }: Delivery) => text(headers["webhook-signature"]);

/** Verifies something else than the bytes that came. */
const verifying = (rewrite: (body: Buffer) => string) =>
  wavespeed((_right, key) => ({
    isGenuine: ({ headers, body }) => isWavespeedSignature(headers, rewrite(body), key),
  }));

/** Takes another key than the secret's text without its prefix. */
const keyedBy = (key: (secret: string) => Buffer | string) => ({
  provider: "wavespeed" as const,
  steps: (secret: string): Steps => ({
    ...rightWavespeed(secret),
    isGenuine: ({ headers, body }) => isWavespeedSignature(headers, body, key(secret)),
  }),
});

/** Answers genuine deliveries otherwise. */
const responding = (respond: Steps["respond"]) => wavespeed(() => ({ respond }));

const known = [
  "id",
  "model",
  "input",
  "outputs",
  "urls",
  "has_nsfw_contents",
  "status",
  "created_at",
  "error",
  "executionTime",
  "timings",
];

function rewritten(body: Buffer): string {
  try {
    return JSON.stringify(JSON.parse(body.toString()));
  } catch {
    return "";
  }
}

export const faultyHandlers: readonly FaultyHandler[] = [
  {
    fault: "verifies the body as JSON.stringify writes it again",
    ...verifying(rewritten),
    errors: ["bytes/whitespace", "bytes/escapes", "bytes/number-form", "bytes/large-integer"],
  },
  {
    fault: "passes the body through a parser that loses integers above 2^53",
    ...verifying((body) => body.toString().replace(/(?<=:)\d{16,}/g, (digits) => String(Number(digits)))),
    errors: ["bytes/large-integer"],
  },
  {
    fault: "reads the body as latin-1",
    ...verifying((body) => body.toString("latin1")),
    errors: ["bytes/utf-8"],
  },
  {
    fault: "keeps whsec_ in the key",
    ...keyedBy((secret) => secret),
    errors: ["events/completed", "events/failed"],
    finding:
      "Your handler accepts a delivery when the secret is taken as text, with whsec_; WaveSpeedAI uses it as text, without whsec_.",
  },
  {
    fault: "decodes the secret from base64",
    ...keyedBy((secret) => Buffer.from(keyOf(secret), "base64")),
    errors: ["events/completed", "events/failed"],
    finding:
      "Your handler accepts a delivery when the secret is base64-decoded; WaveSpeedAI uses it as text, without whsec_.",
  },
  {
    fault: "does not look at the time",
    ...wavespeed((_right, key) => ({ isGenuine: ({ headers, body }) => isWavespeedMac(headers, body, key) })),
    errors: ["signature/stale"],
    warnings: ["signature/future"],
  },
  {
    fault: "takes the limit of 300 s for one in ms",
    ...wavespeed((_right, key) => ({
      isGenuine: ({ headers, body }) =>
        Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) <= 300_000 &&
        isWavespeedMac(headers, body, key),
    })),
    errors: ["signature/stale"],
    warnings: ["signature/future"],
  },
  {
    fault: "takes apart a signature that its pattern does not fit",
    ...wavespeed((right) => ({
      isGenuine(delivery) {
        if (signatureOf(delivery) === "") return false;
        const [, mac] = /^v3,([0-9a-f]{64})$/.exec(signatureOf(delivery)) as unknown as string[];
        return mac !== "" && right.isGenuine(delivery);
      },
    })),
    errors: ["signature/short", "signature/unreadable", "signature/twice"],
  },
  {
    fault: "takes apart a header that is not there",
    ...wavespeed((right) => ({
      isGenuine(delivery) {
        const [version] = (delivery.headers["webhook-signature"] as string).split(",");
        return version === "v3" && right.isGenuine(delivery);
      },
    })),
    errors: ["signature/unsigned", "signature/without-webhook-signature"],
  },
  {
    fault: "compares signatures of unequal lengths with timingSafeEqual",
    ...wavespeed((_right, key) => ({
      isGenuine({ headers, body }) {
        const { "webhook-id": id, "webhook-timestamp": time } = headers;
        if (!id || !time || !isRecent(text(time))) return false;
        const mac = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest("hex");
        return timingSafeEqual(Buffer.from(text(headers["webhook-signature"])), Buffer.from(`v3,${mac}`));
      },
    })),
    errors: ["signature/without-webhook-signature", "signature/short", "signature/empty", "signature/twice"],
  },
  {
    fault: "verifies only what is signed",
    ...wavespeed((right) => ({
      isGenuine: (delivery) =>
        delivery.headers["webhook-signature"] === undefined || right.isGenuine(delivery),
    })),
    errors: ["signature/unsigned", "signature/without-webhook-signature"],
  },
  {
    fault: "believes every signature with a fresh time",
    ...wavespeed(() => ({
      isGenuine: (delivery) =>
        delivery.headers["webhook-id"] !== undefined &&
        signatureOf(delivery) !== "" &&
        isRecent(text(delivery.headers["webhook-timestamp"])),
    })),
    errors: [
      "signature/wrong",
      "signature/short",
      "signature/unreadable",
      "signature/twice",
      "signature/tampered",
    ],
  },
  {
    fault: "answers after the limit",
    ...responding(() => new Promise((resolve) => setTimeout(resolve, 400, 200))),
    timeoutMs: 100,
    errors: ["events/completed", "events/failed"],
  },
  {
    fault: "fails on an event that it does not know",
    ...responding(({ status }) => (["completed", "failed"].includes(status) ? 200 : 500)),
    errors: ["payload/unknown-event"],
  },
  {
    fault: "fails on a field that it does not know",
    ...responding((message) => (Object.keys(message).every((key) => known.includes(key)) ? 200 : 422)),
    errors: ["payload/unknown-field"],
  },
  {
    fault: "counts outputs that are not there",
    ...responding(({ outputs }) => (outputs.length >= 0 ? 200 : 500)),
    errors: ["payload/failed-without-outputs"],
  },
  {
    fault: "reads the first output of a failure",
    ...responding(({ outputs }) => (new URL(outputs[0] as string).href === "" ? 500 : 200)),
    errors: ["events/failed"],
  },
  {
    fault: "answers a duplicate 409",
    ...wavespeed(() => ({ respond: onceOnly(({ id }) => id) })),
    errors: ["again/duplicate"],
  },
  {
    fault: "reads at most 100 kB",
    ...wavespeed(() => ({ maxBodyBytes: 100 * 1024 })),
    errors: ["payload/one-megabyte"],
  },
  {
    fault: "answers GET with its greetings",
    ...wavespeed(() => ({ get: 200 })),
    errors: [],
    warnings: ["requests/get"],
  },
  {
    provider: "wazza",
    fault: "refuses news of a job that is done",
    steps: (secret) => ({ ...rightWazza(secret), respond: inOrderOnly() }),
    errors: ["again/overtaken"],
  },
];

function onceOnly(keyOf: (message: Message) => string): Steps["respond"] {
  const seen = new Set<string>();
  return (message) => {
    if (seen.has(keyOf(message))) return 409;
    seen.add(keyOf(message));
    return 200;
  };
}

function inOrderOnly(): Steps["respond"] {
  const done = new Set<string>();
  return ({ jobId, status }) => {
    if (status === "processing") return done.has(jobId) ? 409 : 200;
    done.add(jobId);
    return 200;
  };
}
