import { request } from "node:http";
import type { ForgedDelivery } from "../inspect/forge.ts";

/** Posts the header pairs as they are, with what HTTP itself needs; resolves with the answer's status. */
export function postForged(
  origin: string,
  { method, path, headers, body }: ForgedDelivery,
  signal?: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(origin);
    const pairs = [["Host", host], ...headers, ["Content-Length", String(body.byteLength)]];
    const options = {
      method,
      path,
      headers: pairs.flat() as unknown as Record<string, string>,
      setHost: false,
      ...(signal && { signal }),
    };
    request(origin, options, (response) =>
      response.resume().once("close", () => resolve(response.statusCode ?? 0)),
    )
      .once("error", reject)
      .end(body);
  });
}
