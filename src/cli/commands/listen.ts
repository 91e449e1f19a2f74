import { Option } from "commander";
import { AppError, type ExitCode, exitCodes } from "../../core/errors.ts";
import type { Notice } from "../../core/notice.ts";
import { parseTarget } from "../../core/target.ts";
import { DEFAULT_CONCURRENCY } from "../../spool/forward.ts";
import { readHold } from "../../wiring/hold-state.ts";
import { secretsByProvider } from "../../wiring/secrets.ts";
import { openSession, type SessionSettings } from "../../wiring/session.ts";
import type { StandingRules } from "../../wiring/standing-rules.ts";
import { collectPath, parseCount, parseDuration, parsePort, parseSize } from "../arguments.ts";
import { type Context, readNamedFile } from "../context.ts";
import { readCredentials, urlForProviders } from "../endpoint-credentials.ts";
import { interruptions } from "../interruptions.ts";
import { mediaOption } from "../media-option.ts";
import { createReporter, type Reporter } from "../reporter.ts";
import { type Beside, runBeside } from "../run-beside.ts";
import { createUrlCommand } from "../url-command.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly tunnel: string;
  readonly tunnelHost?: string;
  readonly subdomain?: string;
  readonly publicUrl?: string;
  readonly remotePort?: number;
  readonly tunnelKey?: string;
  readonly fallback?: boolean;
  readonly requireTunnel?: boolean;
  readonly probeInterval?: number;
  readonly port: number;
  readonly path?: readonly string[];
  readonly auth?: string;
  readonly token?: string;
  readonly clientAddressHeader?: string;
  readonly provider?: string;
  readonly verify: "report" | "enforce" | "off";
  readonly ack: "pass" | "early";
  readonly hold?: boolean;
  readonly giveUpAfter: number;
  readonly maxBody: number;
  readonly timeout?: number;
  readonly concurrency: number;
  readonly onUrl?: string;
  readonly restartOnMove?: boolean;
  readonly insecure?: boolean;
  readonly cacert?: string;
  readonly output?: OutputMode;
  readonly mouse?: boolean;
  /** `true` where the flag stands without a port. */
  readonly inspector?: number | boolean;
  readonly pruneOlderThan?: number;
  readonly pruneKeep?: number;
  readonly pruneMaxSize?: number;
  readonly media: "click" | "auto";
}

type OutputMode = "tui" | "lines" | "json" | "quiet";

/** How long Ctrl-C waits for what is in flight. */
const GRACE_MS = 5_000;

const listenOption = (flags: string, description: string, variable: string) =>
  new Option(flags, description).env(`HOOKSPOOL_${variable}`);

export const listenCommand: CommandDefinition = {
  usage: "listen <target> [command...]",
  description: "open the endpoint, keep every delivery, forward it, show it (also without the word listen)",
  examples: [
    "hookspool 3000",
    "hookspool http://localhost:3000/api/webhooks --path /hooks",
    "hookspool listen 3000 --tunnel none --port 4000",
    "hookspool 3000 --tunnel ssh --tunnel-host me@example.com --remote-port 8080",
    "hookspool 3000 --json | jq 'select(.type == \"delivery\")'",
    "hookspool 3000 -- npm run dev",
    "hookspool 3000 --on-url 'node register-webhook.js'",
    "HOOKSPOOL_TOKEN=$(openssl rand -hex 16) hookspool 3000 --path /hooks",
  ],
  isDefault: true,
  define(command) {
    command
      .addOption(
        listenOption(
          "--tunnel <drivers>",
          "localtunnel, cloudflared, ssh, ngrok: tried in this order; auto (what works here) or none",
          "TUNNEL",
        ).default("auto"),
      )
      .addOption(
        listenOption(
          "--tunnel-host <host>",
          "the server to use: a localtunnel server's URL; for ssh srv.us, localhost.run, pinggy or user@host:port",
          "TUNNEL_HOST",
        ),
      )
      .addOption(
        listenOption(
          "--remote-port <n>",
          "the port to listen on at an sshd of one's own (0: any)",
          "REMOTE_PORT",
        ).argParser(parsePort),
      )
      .addOption(
        listenOption("--tunnel-key <file>", "the private key for ssh (default: one made here)", "TUNNEL_KEY"),
      )
      .addOption(
        listenOption(
          "--fallback",
          "when a tunnel stays away, take the next one: another URL, another company",
          "FALLBACK",
        ),
      )
      .addOption(
        listenOption("--subdomain <name>", "ask for this name (default: the last one here)", "SUBDOMAIN"),
      )
      .addOption(
        listenOption(
          "--public-url <url>",
          "the URL of my own tunnel, or of what the named one leads to",
          "PUBLIC_URL",
        ),
      )
      .option("--require-tunnel", "end with exit code 3 if the named tunnel cannot be opened")
      .addOption(
        listenOption(
          "--probe-interval <duration>",
          "how soon a loss that nobody announces is noticed (default: 30s)",
          "PROBE_INTERVAL",
        ).argParser(parseDuration),
      )
      .addOption(
        listenOption("--port <n>", "the loopback port of the capture endpoint", "PORT")
          .argParser(parsePort)
          .default(0, "a free one"),
      )
      .option("--path <prefix>", "let only these public paths through (repeatable)", collectPath)
      .addOption(
        listenOption(
          "--auth <user:password>",
          "let in only who shows this (Basic); in the environment it does not show in a list of processes",
          "AUTH",
        ),
      )
      .addOption(
        listenOption(
          "--token <token>",
          "let in only who shows this, as a bearer token or as the first part of the path: <endpoint>/<token>/hooks",
          "TOKEN",
        ),
      )
      .addOption(
        listenOption(
          "--client-address-header <name>",
          "with --public-url: where my tunnel writes down the sender's address (the last one counts)",
          "CLIENT_ADDRESS_HEADER",
        ),
      )
      .addOption(
        listenOption(
          "--provider <id>",
          "take every delivery as this provider's (default: told apart)",
          "PROVIDER",
        ),
      )
      .addOption(
        listenOption(
          "--verify <mode>",
          "enforce: what is rejected gets 401 and never reaches the handler",
          "VERIFY",
        )
          .choices(["report", "enforce", "off"])
          .default("report"),
      )
      .addOption(
        listenOption(
          "--ack <mode>",
          "early: answer 202 once the bytes are on disk, and serve the handler until it answers 2xx",
          "ACK",
        )
          .choices(["pass", "early"])
          .default("pass"),
      )
      .option("--hold", 'acknowledge and keep what comes, and forward it after "hookspool resume"')
      .addOption(
        listenOption(
          "--give-up-after <duration>",
          "with --ack early or after a hold, how old what is tried again may get",
          "GIVE_UP_AFTER",
        )
          .argParser(parseDuration)
          .default(24 * 60 * 60_000, "24h"),
      )
      .addOption(
        listenOption("--max-body <size>", "turn larger bodies away with 413", "MAX_BODY")
          .argParser(parseSize)
          .default(1024 ** 3, "1GiB"),
      )
      .addOption(
        listenOption(
          "--timeout <duration>",
          "how long the handler may take (default: the provider's own limit, else 30s)",
          "TIMEOUT",
        ).argParser(parseDuration),
      )
      .addOption(
        listenOption(
          "--concurrency <n>",
          "how many deliveries the handler has at a time; up to 1,000 more wait, the rest gets 503",
          "CONCURRENCY",
        )
          .argParser(parseCount)
          .default(DEFAULT_CONCURRENCY),
      )
      .addOption(
        listenOption(
          "--on-url <command>",
          "run this when the endpoint's URL is known, and when it moves: it is in HOOKSPOOL_URL and WEBHOOK_URL (quotes are understood, nothing else of a shell)",
          "ON_URL",
        ),
      )
      .option("--restart-on-move", "start the command after -- anew when the endpoint's URL moves")
      .option("-k, --insecure", "take a local HTTPS target's own certificate")
      .option("--cacert <file>", "trust this certificate authority (PEM)")
      .addOption(
        listenOption(
          "--output <mode>",
          "tui, lines, json or quiet (default: tui on a terminal, else lines)",
          "OUTPUT",
        ).choices(["tui", "lines", "json", "quiet"]),
      )
      .option(
        "--mouse",
        "in the terminal UI: the wheel scrolls, a click selects (text is selected with Shift)",
      )
      .addOption(
        listenOption(
          "--inspector [port]",
          "the web inspector, on loopback (default: on, at 4040 or the next free port)",
          "INSPECTOR",
        ).argParser(parsePort),
      )
      .option("--no-inspector", "no web inspector")
      .addOption(
        listenOption(
          "--prune-older-than <duration>",
          "forget by itself what arrived longer ago; what is owed stays",
          "PRUNE_OLDER_THAN",
        ).argParser(parseDuration),
      )
      .addOption(
        listenOption("--prune-keep <n>", "the same: all but the newest n", "PRUNE_KEEP").argParser(
          parseCount,
        ),
      )
      .addOption(
        listenOption(
          "--prune-max-size <size>",
          "the same: the oldest, until the rest takes no more than this",
          "PRUNE_MAX_SIZE",
        ).argParser(parseSize),
      )
      .addOption(mediaOption());
  },
  run: (context, words) => {
    const [target, command] = words.arguments as [string, string[]];
    return listen(context, target, command, words.options as unknown as Options);
  },
};

async function listen(
  context: Context,
  word: string,
  command: readonly string[],
  options: Options,
): Promise<ExitCode> {
  refuseUnknownCommand(word);
  const settings = settingsFor(context, word, options);
  if (settings.provider !== undefined)
    (await import("../../providers/_find.ts")).providerNamed(settings.provider);
  const mode = outputMode(context, options.output, command);
  const interrupt = interruptions(context);
  // Loaded while the capture thread starts; what is to be said by then waits for it.
  const reporting = reporterFor(mode, context, settings, options, interrupt);
  let reporterNow: Reporter | undefined;

  const onUrl =
    options.onUrl === undefined
      ? undefined
      : createUrlCommand(options.onUrl, { shows: mode !== "tui", talk: context.talk });
  let beside: Beside | undefined;
  let url: string | undefined;
  const urlIs = (found: string) => {
    const given = urlForProviders(found, settings.credentials ?? {});
    if (given === url) return;
    url = given;
    onUrl?.tell(given);
    beside?.moved(given);
  };

  const session = await openSession({
    settings,
    project: process.cwd(),
    rules: standingRules(options),
    observer(notice: Notice) {
      if (notice.type === "tunnel" && notice.status.endpoint !== null) urlIs(notice.status.endpoint);
      return reporterNow ? reporterNow.observe(notice) : reporting.then((late) => late.observe(notice));
    },
    inspector: inspectorPort(mode, options.inspector),
    media: options.media,
    onTrouble: (error) => void reporting.then((reporter) => reporter.trouble(error)),
    onCrash: interrupt.crash,
  });
  const reporter = await reporting;
  reporterNow = reporter;
  try {
    reporter.opened(session);
    const first = await Promise.race([session.ready, interrupt.first]);
    if (typeof first === "object") {
      if (options.requireTunnel && first.endpoint === null && settings.tunnel !== "none")
        throw noTunnel(session.tunnelStatus()?.reason);
      reporter.ready(first, session.caution());
      if (first.tunnel === "none") urlIs(first.local);
      if (command.length > 0) {
        beside = runBeside(command, {
          url: url ?? urlForProviders(first.local, settings.credentials ?? {}),
          stdoutIsOurs: mode === "json",
          restartsOnMove: options.restartOnMove ?? false,
          talk: context.talk,
        });
        return await Promise.race([beside.ended, interrupt.crashed]);
      }
    }
    await interrupt.first;
    return exitCodes.done;
  } finally {
    reporter.stopping();
    onUrl?.stop();
    beside?.stop();
    await session.stop(GRACE_MS);
    await context.withStore((store) => {
      const isHeld = readHold(store, settings.target).state === "held";
      reporter.owed(store.reader.counts().owed, isHeld);
    });
  }
}

function standingRules(options: Options): StandingRules | undefined {
  const rules = {
    olderThanMs: options.pruneOlderThan,
    keep: options.pruneKeep,
    maxBytes: options.pruneMaxSize,
  };
  return Object.values(rules).some((rule) => rule !== undefined) ? rules : undefined;
}

/** Where nothing is said, nobody would learn of its link. */
function inspectorPort(mode: OutputMode, asked: Options["inspector"]): number | "any" | undefined {
  if (typeof asked === "number") return asked;
  return (asked ?? mode !== "quiet") ? "any" : undefined;
}

/**
 * @throws {AppError} E_USAGE where the terminal UI is asked for and cannot be had
 */
function outputMode(
  { json }: Context,
  asked: OutputMode | undefined,
  command: readonly string[],
): OutputMode {
  if (json) return "json";
  const terminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
  // A command that runs beside has the terminal for itself.
  const possible = terminal && command.length === 0;
  if (asked === "tui" && !possible)
    throw new AppError("the terminal UI needs a terminal for itself", {
      code: "E_USAGE",
      fault: "user",
      hint: "Use --output lines in a pipe, on a dumb terminal, or with a command after --.",
    });
  // Some build servers give their jobs a terminal, with nobody at it.
  return asked ?? (possible && !process.env.CI ? "tui" : "lines");
}

async function reporterFor(
  mode: OutputMode,
  context: Context,
  { target, provider, secrets }: SessionSettings,
  { mouse = false }: Options,
  { stop, crash }: ReturnType<typeof interruptions>,
): Promise<Reporter> {
  if (mode === "tui")
    return (await import("../tui-reporter.ts")).createTuiReporter(context, {
      target,
      provider,
      secrets: Object.keys(secrets),
      mouse,
      quit: stop,
      onCrash: crash,
    });
  return createReporter(mode, context);
}

function settingsFor({ dir }: Context, word: string, options: Options): SessionSettings {
  const { base } = parseTarget(word);
  if (options.publicUrl !== undefined) checkUrl(options.publicUrl, "--public-url");
  else if (options.clientAddressHeader !== undefined) throw notMyTunnel();
  return {
    dir,
    target: base,
    remembersTarget: true,
    port: options.port,
    paths: options.path ?? [],
    credentials: readCredentials(options),
    clientAddressHeader: options.clientAddressHeader ?? null,
    deferring: {
      early: options.ack === "early",
      holds: options.hold ?? false,
      giveUpAfterMs: options.giveUpAfter,
    },
    maxBodyBytes: options.maxBody,
    timeoutMs: options.timeout,
    concurrency: options.concurrency,
    insecure: options.insecure ?? false,
    ca: options.cacert === undefined ? undefined : readNamedFile(options.cacert, "--cacert"),
    provider: options.provider,
    verify: options.verify,
    secrets: secretsByProvider(dir, process.env),
    tunnel: options.tunnel,
    tunnelHost: options.tunnelHost,
    subdomain: options.subdomain,
    publicUrl: options.publicUrl,
    probeIntervalMs: options.probeInterval,
    fallback: options.fallback ?? false,
    remotePort: options.remotePort,
    tunnelKey: options.tunnelKey,
  };
}

/** Of the tunnels that are opened here it is known which header field is the server's own word. */
function notMyTunnel(): AppError {
  return new AppError("--client-address-header speaks of a tunnel of my own", {
    code: "E_USAGE",
    fault: "user",
    hint: "Name that with --public-url, or leave the flag out: a header that anybody may send proves nothing.",
  });
}

function checkUrl(text: string, flag: string): void {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return;
  throw new AppError(`${flag} is not a URL: ${text}`, {
    code: "E_URL",
    fault: "user",
    hint: "It looks like https://hooks.example.com",
  });
}

/** A bare word is more likely a mistyped command than a target. */
function refuseUnknownCommand(word: string): void {
  if (!/^[a-z][a-z-]*$/i.test(word)) return;
  throw new AppError(`there is no command "${word}"`, {
    code: "E_USAGE",
    fault: "user",
    hint: 'Run "hookspool --help" to see the commands. A target is a port, host:port or a URL.',
  });
}

function noTunnel(reason: string | undefined): AppError {
  return new AppError(`no tunnel could be opened${reason ? `: ${reason}` : ""}`, {
    code: "E_NO_TUNNEL",
    fault: "network",
    hint: "Leave --require-tunnel out to capture locally meanwhile, or try another --tunnel.",
  });
}
