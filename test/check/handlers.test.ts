import { describe, expect, test } from "vitest";
import { isSkipped } from "../../src/inspect/conformance/_case.ts";
import { check } from "../handlers/check.ts";
import { faultyHandlers } from "../handlers/faulty.ts";
import { handlerOf } from "../handlers/handler.ts";
import {
  rightGet3w,
  rightRunware,
  rightStandardWebhooks,
  rightWavespeed,
  rightWazza,
} from "../handlers/right.ts";
import { serve } from "../handlers/serve.ts";

const secret = "whsec_c2VjcmV0IG9mIGEgdGVzdCBoYW5kbGVy";

test.each([
  ["wavespeed", rightWavespeed],
  ["get3w", rightGet3w],
  ["wazza", rightWazza],
  ["runware", rightRunware],
  ["standard-webhooks", rightStandardWebhooks],
])("finds nothing in a right handler of %s", async (provider, right) => {
  const url = await serve(handlerOf(right(secret)));
  const { errors, warnings, results } = await check({ provider, secret, url });
  expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  expect(results.filter((result) => !isSkipped(result)).length).toBeGreaterThan(20);
});

describe("finds in a handler that", () => {
  test.each(faultyHandlers.map((faulty) => [faulty.fault, faulty] as const))(
    "%s just that",
    async (_fault, { provider, steps, timeoutMs, errors, warnings = [], finding }) => {
      const url = await serve(handlerOf(steps(secret)));
      const { results: _, ...found } = await check({ provider, secret, url, timeoutMs });
      expect(found).toEqual({ errors, warnings, finding });
    },
  );
});
