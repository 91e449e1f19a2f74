import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Forged } from "../core/actions.ts";
import { AppError } from "../core/errors.ts";
import type { DeliveryReader } from "../core/ports.ts";
import { type Diff, type DiffSide, diffDeliveries } from "../inspect/diff.ts";
import { exportDelivery, formatNamed } from "../inspect/export.ts";
import { parseFilter } from "../inspect/filter.ts";
import { forgeable } from "./forgeable.ts";
import type { WebPorts } from "./ports.ts";
import type { About, Compared, FoundPage, Replayed } from "./protocol.ts";
import { masked, readDetail } from "./read-detail.ts";
import { requestBody, requestObject } from "./request-body.ts";
import { sendMedia } from "./send-media.ts";

/** A question that has been let in. */
export interface Question {
  /** What stands in the place of each group of the route's path. */
  readonly params: readonly number[];
  readonly words: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ports: WebPorts;
  readonly about: () => About;
}

interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** Its groups are numbers. */
  readonly path: RegExp;
  /**
   * The answer as JSON; `undefined` where what is asked for is not there; {@link answered} where the answer has
   * been given already.
   */
  readonly answer: (question: Question) => unknown;
}

export const answered = Symbol("answered");

/** How long one search takes: other questions are answered between two, and a page asks again. In ms. */
const SEARCH_MS = 20;

/** Deliveries in one answer. */
const MOST_LISTED = 500;

/** A larger body is compared by its digest. */
const COMPARED_BODY_BYTES = 1024 * 1024;

const one = String.raw`deliveries/(\d+)`;

/** All that the page can ask for. */
export const routes: readonly Route[] = [
  route("GET", "about", ({ about }) => about()),
  route("GET", "deliveries", ({ ports, words }) => found(ports.reader, words)),
  route("DELETE", "deliveries", ({ ports, words }) => ({ removed: ports.remove(numbers(words)) })),
  route("GET", one, ({ ports, params: [id = 0] }) => readDetail(ports.reader, id)),
  route("GET", `${one}/body`, sendBody),
  route("GET", `${one}/signature`, async ({ ports, params: [id = 0] }): Promise<Compared> => {
    return { facts: await ports.judge(id) };
  }),
  route("GET", `${one}/media/(\\d+)`, sendMediaOf),
  route("GET", `${one}/diff/(\\d+)`, diffOf),
  route("GET", "export", sendExport),
  route("GET", "forgeable", forgeable),
  route("POST", `${one}/replay`, ({ ports, params: [id = 0] }) => ports.replay(id)),
  route("POST", `${one}/resign`, ({ ports, params: [id = 0] }) => ports.replayResigned(id)),
  route("POST", `${one}/edited`, sendEdited),
  route("POST", "forge", forge),
  route("POST", "deliver", ({ ports }) => ports.deliverOwed()),
  route("POST", "hold", ({ ports }) => hold(ports, true)),
  route("POST", "resume", ({ ports }) => hold(ports, false)),
];

function route(method: Route["method"], path: string, answer: Route["answer"]): Route {
  return { method, path: new RegExp(`^${path}$`), answer };
}

const numbers = (words: URLSearchParams) =>
  (words.get("numbers") ?? "").split(",").map(Number).filter(Number.isSafeInteger).slice(0, MOST_LISTED);

async function sendEdited({ ports, params: [of = 0], words, request }: Question): Promise<Replayed> {
  return ports.sendEdited({ of, body: await requestBody(request), signs: words.get("signs") === "true" });
}

async function forge({ ports, request }: Question): Promise<Forged> {
  const { provider, name, isScenario } = await requestObject(request);
  return ports.forge({ provider: String(provider), name: String(name), isScenario: isScenario === true });
}

function hold({ holding }: WebPorts, holds: boolean): { readonly isHeld: boolean } | undefined {
  if (!holding) return undefined;
  if (holds) holding.hold();
  else holding.resume();
  return { isHeld: holding.isHeld() };
}

function found(reader: DeliveryReader, words: URLSearchParams): FoundPage | { readonly problem: string } {
  const filter = parseFilter(words.get("filter") ?? "", Date.now());
  if ("problem" in filter) return { problem: filter.problem };
  const limit = Math.min(MOST_LISTED, Math.max(1, Number(words.get("limit")) || 100));
  const before = Number(words.get("before")) || undefined;
  const from = Number(words.get("from")) || undefined;
  const page = reader.search(filter.asks, { before, from, limit, withinMs: SEARCH_MS });
  return { ...page, deliveries: page.deliveries.map(masked) };
}

/** The exact bytes, as a file to be kept: a body must never be shown as a page of its own. */
async function sendBody({
  ports,
  params: [id = 0],
  response,
}: Question): Promise<typeof answered | undefined> {
  const body = ports.reader.body(id);
  if (!body) return undefined;
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": `attachment; filename="delivery-${id}"`,
    "Content-Length": body.size,
  });
  await pipeline(Readable.from(body.stream()), response);
  return answered;
}

/** Only what stands in the delivery's own body is fetched: the page names it by its place there. */
async function sendMediaOf({ ports, params: [id = 0, at = 0], response }: Question) {
  const medium = (await readDetail(ports.reader, id))?.media[at];
  if (!medium) return undefined;
  await sendMedia(medium.url, response, ports.fetchMedia);
  return answered;
}

/** Deliveries as a file of one of the formats, their secrets masked unless somebody asks for them. */
async function sendExport({ ports, words, response }: Question): Promise<typeof answered | undefined> {
  const format = formatNamed(words.get("format") ?? "");
  const ids = numbers(words);
  const reveals = words.get("secrets") === "shown";
  const target = ports.about().target ?? undefined;
  function* exported() {
    for (const id of ids) {
      const delivery = exportDelivery(ports.reader, id, { target, reveals });
      if (delivery) yield delivery;
    }
  }
  const [first] = exported();
  if (!first) return undefined;
  if (ids.length > 1 && !format.holdsMany) throw holdsOne(format.name);
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": `attachment; filename="${ids.length === 1 ? `delivery-${ids[0]}` : "deliveries"}.${format.extension}"`,
  });
  await pipeline(Readable.from(format.write([...exported()]), { objectMode: true }), response);
  return answered;
}

function holdsOne(name: string): AppError {
  return new AppError(`a file of the format ${name} holds one delivery`, {
    code: "E_ONE_ONLY",
    fault: "user",
    hint: "Take HAR or JSON lines for several.",
  });
}

function diffOf({ ports: { reader }, params: [left = 0, right = 0], words }: Question): Diff | undefined {
  const [a, b] = [side(reader, left), side(reader, right)];
  return a && b && diffDeliveries(a, b, { reveals: words.get("secrets") === "shown" });
}

function side(reader: DeliveryReader, id: number): DiffSide | undefined {
  const delivery = reader.delivery(id);
  const body = reader.body(id);
  return delivery && body && { delivery, body: body.size > COMPARED_BODY_BYTES ? undefined : body.bytes() };
}
