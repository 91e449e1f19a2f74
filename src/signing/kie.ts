import { wireBytes } from "./_content.ts";
import { labelled } from "./_envelopes.ts";
import { hmacSha256 } from "./_hmac.ts";
import { asText } from "./_hmac-keys.ts";
import { signatureScheme } from "./_signature-scheme.ts";

/**
 * Signs the task id, which the body holds, and the time. No age limit is documented.
 *
 * @see https://docs.kie.ai/common-api/webhook-verification
 */
export const kieScheme = signatureScheme(
  {
    name: "kie",
    description: "HMAC-SHA256 of {the body's task id}.{X-Webhook-Timestamp} in base64",
    caveat: "it covers the task id and the time alone, so anything else in the body may have been changed",
  },
  {
    headers: { timestamp: "X-Webhook-Timestamp", signature: "X-Webhook-Signature" },
    envelope: labelled(""),
    proof: hmacSha256({ encoding: "base64", key: asText }),
    content({ timestamp }, body) {
      const taskId = taskIdOf(body);
      if (taskId === undefined) return { problem: "the body has no task id, which is what is signed" };
      return [Buffer.from(taskId), wireBytes(`.${timestamp}`)];
    },
  },
);

/** The documents name three places. */
function taskIdOf(body: Uint8Array): string | undefined {
  const message = parsed(body);
  const candidates = [message?.data?.task_id, message?.data?.taskId, message?.taskId];
  return candidates.find(
    (candidate): candidate is string => typeof candidate === "string" && candidate !== "",
  );
}

function parsed(
  body: Uint8Array,
): { data?: { task_id?: unknown; taskId?: unknown }; taskId?: unknown } | undefined {
  try {
    return JSON.parse(Buffer.from(body).toString()) ?? undefined;
  } catch {
    return undefined;
  }
}
