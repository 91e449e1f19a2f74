import { setTimeout as wait } from "node:timers/promises";
import { AppError, type ExitCode, exitCodes } from "../core/errors.ts";
import { parseTarget, pathAtTarget } from "../core/target.ts";
import type { Flaw } from "../inspect/forge.ts";
import { type Scenario, type ScenarioStep, scenarios, scenariosOf } from "../inspect/scenarios.ts";
import { jsonLine } from "../log/json.ts";
import { startMediaServer } from "../media/server.ts";
import { providerNamed } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { playRetries } from "../spool/retries.ts";
import { type ForgeSender, openForgeSender } from "../wiring/forge-sender.ts";
import { forgingSteps, introduceSignature } from "../wiring/forging.ts";
import { currentTarget } from "../wiring/last-target.ts";
import { DOWNLOAD_GRACE_MS, KEEP_SERVING_MS } from "../wiring/outputs.ts";
import { signingSecretFor } from "../wiring/signing-secret.ts";
import { exitCodeOf, worse } from "./attempt-exit-code.ts";
import { type Context, readNamedBytes, readNamedFile } from "./context.ts";
import { createReporter } from "./reporter.ts";
import { pauseText, retryEndText } from "./retry-text.ts";

/** The flags of `forge`, as they were read. */
export interface ForgeFlags {
  readonly to?: string;
  readonly set?: readonly string[];
  readonly data?: string;
  readonly scenario?: Scenario;
  readonly retries?: boolean;
  readonly timeScale: number;
  readonly unsigned?: boolean;
  readonly badSignature?: boolean;
  readonly stale?: boolean;
  readonly count?: number;
  readonly list?: boolean;
  readonly timeout?: number;
  readonly insecure?: boolean;
  readonly cacert?: string;
  readonly keepServing?: number;
  readonly mediaPort: number;
}

interface Wish {
  readonly provider: string;
  readonly event: string | undefined;
  readonly flags: ForgeFlags;
}

/**
 * Makes deliveries, sends them and says what became of them.
 *
 * @throws {AppError} what was asked for cannot be forged, signed, kept or served
 */
export async function forge(
  context: Context,
  { provider: id, event, flags: options }: Wish,
): Promise<ExitCode> {
  const provider = providerNamed(id);
  refuseUnclear(provider, event, options);
  const target = options.to === undefined ? await context.withStore(currentTarget) : parseTarget(options.to);
  const data = options.data === undefined ? undefined : await readData(options.data);
  const signing = signingSecretFor(provider, context.dir, process.env);
  const media = await startMediaServer({ port: options.mediaPort });
  let sender: ForgeSender | undefined;
  try {
    const { scenario, count, set } = options;
    const steps = forgingSteps({
      provider,
      event,
      scenario,
      count,
      set,
      data,
      flaw: flawOf(options),
      signing,
      media,
      path: pathAtTarget(target, "/"),
    });
    // Whatever cannot be signed is found before anything is opened or sent.
    for (const { deliver } of steps) deliver(Date.now());
    const note = isSigned(options) ? introduceSignature(provider, signing, media) : undefined;
    if (note !== undefined) context.talk(`${note}\n`);

    sender = await openForgeSender({
      dir: context.dir,
      // The target's own path is the delivery's.
      target: target.origin,
      timeoutMs: options.timeout ?? provider.limits.timeoutMs,
      insecure: options.insecure ?? false,
      ca: options.cacert === undefined ? undefined : readNamedFile(options.cacert, "--cacert"),
      secrets: signing.verifiers,
      provider: provider.id,
      observer: createReporter(context.json ? "json" : "lines", context).observe,
    });
    const code = await play(context, provider, steps, sender, options);
    const isReferred = steps.some(({ payload }) => Buffer.from(payload.body).includes(media.url("/")));
    // Who turned it away fetches nothing.
    const usually = code === exitCodes.done ? KEEP_SERVING_MS : 0;
    if (isReferred) await wait(options.keepServing ?? usually);
    return code;
  } finally {
    await Promise.all([sender?.close(), media.close(DOWNLOAD_GRACE_MS)]);
  }
}

function flawOf({ unsigned, badSignature, stale }: ForgeFlags): Flaw | undefined {
  if (unsigned) return "unsigned";
  if (badSignature) return "bad-signature";
  return stale ? "stale" : undefined;
}

async function play(
  { json, talk, write, style }: Context,
  provider: Provider,
  steps: readonly ScenarioStep[],
  sender: ForgeSender,
  { retries, timeScale }: ForgeFlags,
): Promise<ExitCode> {
  let worst: ExitCode = exitCodes.done;
  for (const { delayMs, payload, deliver } of steps) {
    await wait(delayMs / timeScale);
    const send = () => sender.send(deliver(Date.now()));
    if (!retries) {
      worst = worse(worst, exitCodeOf(await send()));
      continue;
    }
    const end = await playRetries({
      policy: provider.retries,
      isNews: payload.event.event === "processing",
      send,
      chance: Math.random,
      async pause(delayMs, attempt) {
        talk(pauseText({ provider, delayMs, attempt, timeScale }));
        await wait(delayMs / timeScale);
      },
    });
    const verdict = retryEndText(provider, end, style);
    if (json) talk(verdict);
    else await write(verdict);
    const code = exitCodeOf(end.last);
    // A 2xx can be an answer that this provider does not take.
    worst = worse(worst, code === exitCodes.done && end.how !== "received" ? exitCodes.answerIsNo : code);
  }
  return worst;
}

function refuseUnclear(provider: Provider, event: string | undefined, options: ForgeFlags): void {
  if (event === undefined && options.scenario === undefined)
    throw usageError(
      `which event of ${provider.name} is to be forged?`,
      `There are ${provider.events.map(({ name }) => name).join(", ")}: hookspool forge ${provider.id} --list`,
    );
  if (options.retries && options.scenario === "retry-storm")
    throw usageError(
      "--scenario retry-storm retries whatever the handler answers, --retries only where the provider would",
      "Use one of the two.",
    );
  if (options.timeScale !== 1 && !options.retries && options.scenario === undefined)
    throw usageError("--time-scale has nothing to make faster", "Use it with --retries or --scenario.");
}

const usageError = (message: string, hint: string) =>
  new AppError(message, { code: "E_USAGE", fault: "user", hint });

async function readData(words: string): Promise<Uint8Array> {
  if (words === "-") {
    const { buffer } = await import("node:stream/consumers");
    return buffer(process.stdin);
  }
  if (words.startsWith("@")) return readNamedBytes(words.slice(1), "--data");
  try {
    JSON.parse(words);
  } catch (cause) {
    throw new AppError("what stands after --data is not JSON", {
      code: "E_BAD_DATA",
      fault: "user",
      hint: "Name a file as @payload.json, or give - to read stdin; both are sent as they are.",
      cause,
    });
  }
  return Buffer.from(words);
}

function isSigned(options: ForgeFlags): boolean {
  const flaw = flawOf(options);
  return flaw === undefined || flaw === "stale";
}

/** What can be forged of a provider. */
export async function list({ json, write, tones }: Context, id: string): Promise<undefined> {
  const provider = providerNamed(id);
  const playable = scenariosOf(provider);
  if (json) {
    for (const { name, event, about = null } of provider.events)
      await write(jsonLine({ v: 1, type: "event", provider: provider.id, name, event, about }));
    for (const name of playable)
      await write(jsonLine({ v: 1, type: "scenario", provider: provider.id, name, about: scenarios[name] }));
    return undefined;
  }
  const rows = [
    ...provider.events.map(
      ({ name, event, about }) => [name, [event, about].filter(Boolean).join(": ")] as const,
    ),
    ...playable.map((name) => [name, scenarios[name]] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, about]) => `  ${tones.strong(name.padEnd(width))}  ${about}\n`);
  const events = lines.slice(0, provider.events.length).join("");
  const plays = lines.slice(provider.events.length).join("");
  await write(
    `${tones.underlined(`Events of ${provider.name}`)}\n${events}\n${tones.underlined("Scenarios")}\n${plays}`,
  );
  return undefined;
}
