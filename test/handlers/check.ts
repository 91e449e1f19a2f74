import { randomBytes } from "node:crypto";
import { parseTarget, pathAtTarget } from "../../src/core/target.ts";
import { planConformance } from "../../src/inspect/conformance/cases.ts";
import { isMiss, type Result } from "../../src/inspect/conformance/judge.ts";
import type { SchemeName } from "../../src/signing/_schemes.ts";
import { checkHandler } from "../../src/wiring/check.ts";

interface Checked {
  readonly finding: string | undefined;
  readonly results: readonly Result[];
  /** Names of the missed cases. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

interface CheckSettings {
  readonly provider: string;
  readonly secret: string | null;
  readonly scheme?: SchemeName | undefined;
  readonly url: string;
  readonly timeoutMs?: number | undefined;
}

/** Runs a whole check against a handler that listens. */
export async function check({
  provider,
  secret,
  scheme,
  url,
  timeoutMs = 5_000,
}: CheckSettings): Promise<Checked> {
  const target = parseTarget(url);
  const plan = planConformance({
    provider,
    secret,
    scheme: scheme === "unsigned" ? undefined : scheme,
    path: pathAtTarget(target, "/"),
    now: Date.now(),
    random: randomBytes,
  });
  const { results, finding } = await checkHandler({ plan, target, timeoutMs, onResult() {} });
  const missed = (severity: string) =>
    results
      .filter(isMiss)
      .filter((miss) => miss.severity === severity)
      .map(({ name }) => name);
  return { results, finding, errors: missed("error"), warnings: missed("warning") };
}
