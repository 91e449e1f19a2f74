import { randomBytes } from "node:crypto";
import { type ForgedDelivery, type ForgeOptions, forgeDelivery } from "../../src/inspect/forge.ts";

type Given = Pick<ForgeOptions, "provider" | "secret"> & Partial<ForgeOptions>;

/** A completed job's delivery, signed now unless said otherwise. */
export const forged = (given: Given): ForgedDelivery =>
  forgeDelivery({ event: "completed", now: Date.now(), random: randomBytes, ...given });

/** Sends it to a capture endpoint; resolves with the status of the answer. */
export async function sendForged(port: number, given: Given): Promise<number> {
  const { headers, body, path } = forged(given);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** The same written down. */
export function asHttpMessage({ method, path, headers, body }: ForgedDelivery): Buffer {
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`, "latin1"), body]);
}
