import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { AppError, type ExitCode, exitCodes } from "../core/errors.ts";
import { parseTarget, pathAtTarget } from "../core/target.ts";
import {
  composePayload,
  deliveryOf,
  type Flaw,
  type ForgedDelivery,
  type Payload,
} from "../inspect/forge.ts";
import { buildScenario, type Scenario, scenarios, scenariosOf } from "../inspect/scenarios.ts";
import { jsonLine } from "../log/json.ts";
import { type MediaServer, type ServedFile, startMediaServer } from "../media/server.ts";
import { providerNamed } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { playRetries } from "../spool/retries.ts";
import { lastTargetKey } from "../wiring/capture-protocol.ts";
import { type ForgeSender, openForgeSender } from "../wiring/forge-sender.ts";
import { type SigningSecret, signingSecretFor } from "../wiring/signing-secret.ts";
import { exitCodeOf, worse } from "./attempt-exit-code.ts";
import { type Context, readNamedBytes, readNamedFile } from "./context.ts";
import { createReporter } from "./reporter.ts";
import { pauseText, retryEndText } from "./retry-text.ts";
import { DOWNLOAD_GRACE_MS, KEEP_SERVING_MS } from "./served-outputs.ts";

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
  const target = parseTarget(options.to ?? (await lastTarget(context)));
  const data = options.data === undefined ? undefined : await readData(options.data);
  const signing = signingSecretFor(provider, context.dir, process.env);
  const media = await startMediaServer({ port: options.mediaPort, files: keyFiles(signing) });
  let sender: ForgeSender | undefined;
  try {
    const errands = errandsFor({
      provider,
      event,
      options,
      signing,
      media,
      data,
      path: pathAtTarget(target, "/"),
    });
    // Whatever cannot be signed is found before anything is opened or sent.
    for (const { deliver } of errands) deliver(Date.now());
    sayHowSigned(context, provider, signing, media, options);

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
    const code = await play(context, provider, errands, sender, options);
    const isReferred = errands.some(({ payload }) => Buffer.from(payload.body).includes(media.url("/")));
    // Who turned it away fetches nothing.
    const usually = code === exitCodes.done ? KEEP_SERVING_MS : 0;
    if (isReferred) await wait(options.keepServing ?? usually);
    return code;
  } finally {
    await Promise.all([sender?.close(), media.close(DOWNLOAD_GRACE_MS)]);
  }
}

/** One delivery to be made, with how long after the one before. */
interface Errand {
  readonly delayMs: number;
  readonly payload: Payload;
  deliver(now: number): ForgedDelivery;
}

interface ErrandOptions {
  readonly provider: Provider;
  readonly event: string | undefined;
  readonly options: ForgeFlags;
  readonly signing: SigningSecret;
  readonly media: MediaServer;
  readonly data: Uint8Array | undefined;
  readonly path: string;
}

function errandsFor({
  provider,
  event,
  options,
  signing,
  media,
  data,
  path,
}: ErrandOptions): readonly Errand[] {
  const { set, scenario, count = 1 } = options;
  const common = {
    provider: provider.id,
    secret: signing.secret,
    now: Date.now(),
    random: randomBytes,
    path,
    mediaUrls: media.urls,
    data,
    set,
    flaw: flawOf(options),
  };
  if (scenario === "batch") return buildScenario({ ...common, scenario, event, count: options.count });
  return Array.from({ length: count }, () => {
    if (scenario !== undefined) return buildScenario({ ...common, scenario, event });
    const payload = composePayload({ ...common, event: event ?? "" });
    return { delayMs: 0, payload, deliver: (now: number) => deliveryOf(payload, { ...common, now }) };
  }).flat();
}

function flawOf({ unsigned, badSignature, stale }: ForgeFlags): Flaw | undefined {
  if (unsigned) return "unsigned";
  if (badSignature) return "bad-signature";
  return stale ? "stale" : undefined;
}

async function play(
  { json, talk, write, style }: Context,
  provider: Provider,
  errands: readonly Errand[],
  sender: ForgeSender,
  { retries, timeScale }: ForgeFlags,
): Promise<ExitCode> {
  let worst: ExitCode = exitCodes.done;
  for (const { delayMs, payload, deliver } of errands) {
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

async function lastTarget(context: Context): Promise<string> {
  const last = await context.withStore((store) => store.recall(lastTargetKey));
  if (last !== undefined) return last;
  throw new AppError("no target is named, and no listen has had one here yet", {
    code: "E_NO_TARGET",
    fault: "user",
    hint: "Name one: --to 3000, or --to http://localhost:3000/api/webhooks",
  });
}

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

const KEYS_PATH = "/.well-known/jwks.json";

function keyFiles({ developmentKeys }: SigningSecret): Record<string, ServedFile> {
  if (developmentKeys === null) return {};
  return { [KEYS_PATH]: { type: "application/json", bytes: Buffer.from(JSON.stringify(developmentKeys)) } };
}

function sayHowSigned(
  { talk }: Context,
  { id, name, schemes }: Provider,
  { secret, developmentKeys }: SigningSecret,
  media: MediaServer,
  options: ForgeFlags,
): void {
  if (flawOf(options) !== undefined && flawOf(options) !== "stale") return;
  if (developmentKeys !== null)
    talk(
      `Only ${name} can sign with ${name}'s keys. This is signed with a development key of hookspool's own; its JWKS is at ${media.url(KEYS_PATH)} while this runs. It is not ${name}'s: let nothing but your development handler trust it.\n`,
    );
  else if (secret === null && schemes.length > 0 && schemes[0]?.scheme !== "unsigned")
    talk(`No secret of ${name} is known, so this carries none, as is allowed: hookspool secret set ${id}\n`);
}

/** What can be forged of a provider. */
export async function list({ json, write, chalk }: Context, id: string): Promise<undefined> {
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
  const lines = rows.map(([name, about]) => `  ${chalk.bold(name.padEnd(width))}  ${about}\n`);
  const events = lines.slice(0, provider.events.length).join("");
  const plays = lines.slice(provider.events.length).join("");
  await write(
    `${chalk.underline(`Events of ${provider.name}`)}\n${events}\n${chalk.underline("Scenarios")}\n${plays}`,
  );
  return undefined;
}
