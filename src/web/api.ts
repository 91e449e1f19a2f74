import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../core/errors.ts";
import type { DeliveryReader } from "../core/ports.ts";
import { curlFormat } from "../formats/curl.ts";
import { exportDelivery } from "../inspect/export.ts";
import { parseFilter } from "../inspect/filter.ts";
import { findDeliveries } from "./find.ts";
import type { WebPorts } from "./ports.ts";
import type { About, FoundPage, Refused } from "./protocol.ts";
import { masked, readDetail } from "./read-detail.ts";

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ports: WebPorts;
  readonly about: () => About;
  readonly sendJson: (response: ServerResponse, status: number, value: unknown) => void;
}

/** Deliveries in one answer. */
const MOST_LISTED = 500;

/** A larger body is not put into a command line. */
const CURL_BODY_BYTES = 100 * 1024;

/** Answers a request that has been let in. */
export async function answerApi({ request, response, ports, about, sendJson }: Asked): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const [, , name = "", number, part] = url.pathname.split("/");
  const id = number === undefined ? undefined : Number(number);
  const send = (value: unknown) =>
    value === undefined ? sendJson(response, 404, gone(number ?? name)) : sendJson(response, 200, value);

  if (name === "about" && request.method === "GET") return send(about());
  if (name !== "deliveries" || (id !== undefined && !Number.isSafeInteger(id))) return send(undefined);
  if (id === undefined) {
    if (request.method !== "GET") return sendJson(response, 405, wrongMethod);
    return send(found(ports.reader, url.searchParams) ?? []);
  }

  switch (`${request.method} ${part ?? ""}`) {
    case "GET ":
      return send(await readDetail(ports.reader, id));
    case "GET body":
      return (await sendBody(ports.reader, id, response)) ? undefined : send(undefined);
    case "GET curl":
      return send(curlFor(ports, id));
    case "POST replay":
      return ports.replay(id).then(send, (error: unknown) => {
        if (error instanceof AppError) sendJson(response, 409, refused(error));
        else throw error;
      });
    case "DELETE ":
      return send({ removed: ports.remove([id]) });
    default:
      return sendJson(response, 405, wrongMethod);
  }
}

function found(reader: DeliveryReader, words: URLSearchParams): FoundPage | { readonly problem: string } {
  const filter = parseFilter(words.get("filter") ?? "", Date.now());
  if ("problem" in filter) return { problem: filter.problem };
  const limit = Math.min(MOST_LISTED, Math.max(1, Number(words.get("limit")) || 100));
  const before = Number(words.get("before")) || undefined;
  const page = findDeliveries(reader, { filter, before, limit });
  return { ...page, deliveries: page.deliveries.map(masked) };
}

/** The exact bytes, as a file to be kept: a body must never be shown as a page of its own. */
async function sendBody(reader: DeliveryReader, id: number, response: ServerResponse): Promise<boolean> {
  const body = reader.body(id);
  if (!body) return false;
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": `attachment; filename="delivery-${id}"`,
    "Content-Length": body.size,
  });
  await pipeline(Readable.from(body.stream()), response);
  return true;
}

function curlFor({ reader, about }: WebPorts, id: number): { readonly command: string } | undefined {
  const { size = 0 } = reader.body(id) ?? {};
  const exported = exportDelivery(reader, id, { target: about().target ?? undefined });
  if (!exported) return undefined;
  const body = size > CURL_BODY_BYTES ? new Uint8Array() : exported.body;
  return { command: [...curlFormat.write([{ ...exported, body }])].join("").trimEnd() };
}

const refused = ({ code, message, hint }: AppError): Refused => ({ code, message, hint });

const gone = (name: string): Refused => ({
  code: "E_NO_DELIVERY",
  message: `there is no delivery ${name}`,
  hint: "It was forgotten meanwhile.",
});

const wrongMethod: Refused = { code: "E_METHOD", message: "that cannot be asked of this", hint: "" };
