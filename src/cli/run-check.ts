import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { AppError, type ExitCode, exitCodes } from "../core/errors.ts";
import { parseTarget, pathAtTarget, type Target } from "../core/target.ts";
import { chosenScheme } from "../inspect/chosen-scheme.ts";
import { planConformance } from "../inspect/conformance/cases.ts";
import { tally } from "../inspect/conformance/judge.ts";
import { readingNotes, unseenNotes } from "../inspect/conformance/notes.ts";
import { redactPath } from "../inspect/redact.ts";
import { conformanceLine, createConformanceText, noteLine, summaryLine } from "../log/conformance.ts";
import { jsonLine } from "../log/json.ts";
import { junitXml } from "../log/junit.ts";
import { providerNamed } from "../providers/_find.ts";
import type { Provider, SchemeUse } from "../providers/_provider.ts";
import { schemeNamed } from "../signing/_schemes.ts";
import { checkHandler } from "../wiring/check.ts";
import { secretsByProvider, secretVariable } from "../wiring/secrets.ts";
import { type Context, readNamedFile } from "./context.ts";

/** What `check` is told besides whom and where. */
export interface CheckFlags {
  readonly scheme?: string;
  readonly timeout?: number;
  readonly junit?: string;
  readonly insecure?: boolean;
  readonly cacert?: string;
}

/**
 * Checks a handler and reports each case as it is answered.
 *
 * @throws {AppError} E_NO_PROVIDER, E_NO_SCHEME, E_NO_SECRET, E_TARGET, E_FILE, E_REFUSED
 */
export async function runCheck(
  context: Context,
  id: string,
  to: string,
  flags: CheckFlags,
): Promise<ExitCode> {
  const provider = providerNamed(id);
  const use = chosenScheme(provider, flags.scheme);
  const { target, token } = splitToken(parseTarget(to), use);
  const secret = token ?? secretsByProvider(context.dir, process.env)[provider.id] ?? null;
  if (secret === null && needsSecret(use)) throw noSecret(provider);
  const ca = flags.cacert === undefined ? undefined : readNamedFile(flags.cacert, "--cacert");

  const plan = planConformance({
    provider: id,
    secret,
    scheme: use?.scheme,
    path: pathAtTarget(target, "/"),
    now: Date.now(),
    random: randomBytes,
  });
  const text = createConformanceText(context, plan, redactPath(parseTarget(to).base));

  const start = performance.now();
  const { results, finding } = await checkHandler({
    plan,
    target,
    timeoutMs: flags.timeout ?? Math.min(provider.limits.timeoutMs, LONGEST_WAIT_MS),
    insecure: flags.insecure,
    ca,
    onResult: (result) =>
      context.write(context.json ? jsonLine(conformanceLine(result)) : text.result(result)),
  });
  const ms = performance.now() - start;
  const counts = tally(results);
  const readings = readingNotes(results, finding);
  const unseen = unseenNotes(results);

  if (context.json) {
    for (const note of [...readings, ...unseen]) await context.write(jsonLine(noteLine(note)));
    await context.write(jsonLine(summaryLine(plan, results, counts, ms)));
  } else await context.write(text.end({ counts, readings, unseen, ms }));
  if (flags.junit !== undefined) writeReport(flags.junit, junitXml({ results, name: provider.id, ms }));
  return counts.failed === 0 ? exitCodes.done : exitCodes.answerIsNo;
}

/** Some providers wait for 20 minutes; nobody who runs a check does. */
const LONGEST_WAIT_MS = 30_000;

const needsSecret = (use: SchemeUse | undefined) =>
  use !== undefined && use.optional !== true && schemeNamed(use.scheme).secretKind !== "none";

function noSecret({ id, name }: Provider): AppError {
  return new AppError(`no signing secret for ${name} is known, so no delivery can be signed as it signs`, {
    code: "E_NO_SECRET",
    fault: "user",
    hint: `Set ${secretVariable(id)} to the secret that your handler has, or run "hookspool secret set ${id}".`,
  });
}

/** A token in the target's query is the secret, where that is how a provider's deliveries are told apart. */
function splitToken(
  target: Target,
  use: SchemeUse | undefined,
): { target: Target; token: string | undefined } {
  const parameter = use?.scheme === "query-token" ? (use.params?.param ?? "token") : undefined;
  const token = parameter && new URLSearchParams(target.query).get(parameter);
  if (!parameter || !token) return { target, token: undefined };
  const others = target.query.split("&").filter((pair) => !new URLSearchParams(pair).has(parameter));
  return { target: { ...target, query: others.join("&") }, token };
}

function writeReport(file: string, xml: string): void {
  try {
    writeFileSync(file, xml);
  } catch (error) {
    throw new AppError(`the report cannot be written to ${file}`, {
      code: "E_FILE",
      fault: "user",
      hint: "Check the folder and its permissions.",
      cause: error,
    });
  }
}
