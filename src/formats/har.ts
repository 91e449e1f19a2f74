import type { Attempt } from "../core/attempt.ts";
import { encodeBytes } from "../core/encoded-bytes.ts";
import { type HeaderPairs, headerValue } from "../core/headers.ts";
import type { ExportedDelivery, Format, ImportedRequest } from "./_format.ts";
import { badFile, importedRequest, membersOf, parseObject } from "./_imported-request.ts";

/** HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/): names that begin with `_` are ours. */
export const harFormat: Format = {
  name: "har",
  about: "HTTP Archive, for browsers' developer tools, mitmproxy, Postman: with the handler's last answer",
  extension: "har",
  holdsMany: true,
  *write(deliveries) {
    const creator = JSON.stringify({ name: "hookspool", version: "1" });
    yield `{"log":{"version":"1.2","creator":${creator},"entries":[`;
    let separator = "\n";
    for (const delivery of deliveries) {
      yield `${separator}${JSON.stringify(entry(delivery))}`;
      separator = ",\n";
    }
    yield "\n]}}\n";
  },
  read(document) {
    const { log } = parseObject(document) ?? {};
    if (log === undefined) return undefined;
    const { entries } = membersOf(log);
    if (!Array.isArray(entries)) throw badFile("its log has no entries");
    return entries.map((value, i) => readEntry(value, `entry ${i + 1}`));
  },
};

function entry({ delivery, body, attempts, url }: ExportedDelivery) {
  const last = attempts.findLast(({ response }) => response) ?? attempts.at(-1);
  const ms = last?.ms ?? 0;
  return {
    startedDateTime: new Date(delivery.receivedAt).toISOString(),
    time: ms,
    request: {
      method: delivery.method,
      url,
      httpVersion: `HTTP/${delivery.httpVersion}`,
      cookies: [],
      headers: named(delivery.headers),
      queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: body.length,
      ...(body.length === 0 ? {} : { postData: postData(delivery.headers, body) }),
      // The URL is the target's: what the sender asked for stands here.
      _path: delivery.path,
    },
    response: response(last),
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
    comment: `delivery ${delivery.id}${delivery.provider === null ? "" : ` of ${delivery.provider}`}, ${delivery.verdict}`,
  };
}

function postData(headers: HeaderPairs, body: Uint8Array) {
  const { encoding, data } = encodeBytes(body);
  const mimeType = headerValue(headers, "content-type") ?? "application/octet-stream";
  return { mimeType, text: data, ...(encoding === "base64" ? { _encoding: encoding } : {}) };
}

/** HAR's way to say that there was none is status 0. */
function response(attempt: Attempt | undefined) {
  const {
    status = 0,
    statusText = "",
    headers = [],
    body = new Uint8Array(),
    bytes = 0,
  } = attempt?.response ?? {};
  const { encoding, data } = encodeBytes(body);
  return {
    status,
    statusText,
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: named(headers),
    content: {
      size: bytes,
      mimeType: headerValue(headers, "content-type") ?? "",
      text: data,
      ...(encoding === "base64" ? { encoding } : {}),
    },
    redirectURL: headerValue(headers, "location") ?? "",
    headersSize: -1,
    bodySize: bytes,
    ...(attempt?.problem == null ? {} : { _error: attempt.problem }),
  };
}

const named = (headers: HeaderPairs) => headers.map(([name, value]) => ({ name, value }));

function readEntry(value: unknown, where: string): ImportedRequest {
  const { request, startedDateTime } = membersOf(value);
  const { method, url, headers, httpVersion, postData: data, _path } = membersOf(request);
  const { text, _encoding } = membersOf(data);
  const from = typeof url === "string" ? URL.parse(url) : null;
  if (!from) throw badFile(`${where} has no URL`);
  return importedRequest(
    {
      method,
      path: typeof _path === "string" ? _path : `${from.pathname}${from.search}`,
      headers: pairs(headers, where),
      body: Buffer.from(typeof text === "string" ? text : "", _encoding === "base64" ? "base64" : "utf8"),
      receivedAt: startedDateTime,
      httpVersion: typeof httpVersion === "string" ? httpVersion.replace(/^HTTP\//i, "") : null,
    },
    where,
  );
}

/** Browsers list the pseudo-headers of HTTP/2 among the others. */
function pairs(headers: unknown, where: string): unknown[] {
  if (!Array.isArray(headers)) throw badFile(`${where} has no headers`);
  return headers
    .map((header: unknown) => [membersOf(header).name, membersOf(header).value])
    .filter(([name]) => typeof name !== "string" || !name.startsWith(":"));
}
