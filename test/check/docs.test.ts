import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planConformance } from "../../src/inspect/conformance/cases.ts";
import type { Provider } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { schemeNamed } from "../../src/signing/_schemes.ts";
import { secretOf } from "../providers/seeded.ts";

const page = readFileSync(new URL("../../docs/check.md", import.meta.url), "utf8");

test("docs/check.md names every case", () => {
  const named = new Set([...page.matchAll(/`([a-z]+\/[a-z0-9-…]+)`/g)].map(([, name]) => name));
  const asked = providers.flatMap(({ id, schemes }: Provider) => {
    const secret = secretOf(schemeNamed(schemes[0]?.scheme ?? "unsigned").secretKind, randomBytes);
    const plan = planConformance({ provider: id, secret, path: "/", now: Date.now(), random: randomBytes });
    return plan.cases.map(({ name }) => name);
  });
  const families = /^(events|signature\/without-)(?!.*nsfw).*$/;
  const missing = asked.filter((name) => !named.has(name) && !families.test(name));
  // A case that stands for several where none of them can be asked.
  expect(new Set(missing)).toEqual(new Set(["signature/malformed"]));
});
