import { encodeBytes } from "../core/encoded-bytes.ts";
import type { Format } from "./_format.ts";
import { bodyBytes, importedRequest, membersOf, parseObject } from "./_imported-request.ts";

/** What a test of a handler needs of a delivery, and nothing that changes from one run to the next. */
export const fixtureFormat: Format = {
  name: "fixture",
  about: "one delivery for a handler's tests: whose it is, its event, and the request",
  extension: "json",
  holdsMany: false,
  *write(deliveries) {
    for (const { delivery, body } of deliveries) {
      const { provider, event, eventName, job, method, path, headers } = delivery;
      const fixture = {
        fixture: 1,
        provider,
        event,
        eventName,
        job,
        receivedAt: new Date(delivery.receivedAt).toISOString(),
        request: { method, path, headers, body: encodeBytes(body) },
      };
      yield `${JSON.stringify(fixture, undefined, 2)}\n`;
    }
  },
  read(document) {
    const { fixture, request, receivedAt } = parseObject(document) ?? {};
    if (fixture !== 1) return undefined;
    const { method, path, headers, body } = membersOf(request);
    const where = "the fixture";
    return [importedRequest({ method, path, headers, body: bodyBytes(body, where), receivedAt }, where)];
  },
};
