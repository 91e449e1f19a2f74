import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { succeeded } from "../../core/attempt.ts";
import { type ExitCode, exitCodes } from "../../core/errors.ts";
import type { Notice } from "../../core/notice.ts";
import { openSession } from "../../wiring/session.ts";
import type { Context } from "../context.ts";
import { createReporter } from "../reporter.ts";
import type { CommandDefinition } from "./_command.ts";

export const demoCommand: CommandDefinition = {
  usage: "demo",
  description:
    "everything at once without a provider: a sample handler, an endpoint, three signed deliveries",
  examples: ["hookspool demo", "hookspool demo --json"],
  define() {},
  run: demo,
};

/** What is sent: the first three providers of the catalogue's front row, an event each. */
const deliveries = [
  { provider: "wavespeed", event: "completed" },
  { provider: "wazza", event: "processing" },
  { provider: "get3w", event: "failed" },
] as const;

/** In the form of the secrets that these providers give; made up, and used nowhere else. */
const demoSecret = () => `whsec_${randomBytes(24).toString("base64url")}`;

async function demo(context: Context): Promise<ExitCode> {
  const { forgeDelivery } = await import("../../inspect/forge.ts");
  const reporter = createReporter(context.json ? "json" : "lines", context);
  const handler = await startSampleHandler();
  const secrets = Object.fromEntries(deliveries.map(({ provider }) => [provider, demoSecret()]));
  const answers = countAttempts(deliveries.length);

  context.talk(`A sample handler answers at ${handler.url}; no tunnel is opened.\n`);
  const session = await openSession({
    settings: {
      dir: context.dir,
      target: handler.url,
      port: 0,
      paths: [],
      maxBodyBytes: 1024 ** 2,
      timeoutMs: undefined,
      insecure: false,
      ca: undefined,
      provider: undefined,
      verify: "report",
      secrets,
      tunnel: "none",
      tunnelHost: undefined,
      subdomain: undefined,
      publicUrl: undefined,
      probeIntervalMs: undefined,
    },
    project: context.dir,
    observer(notice) {
      reporter.observe(notice);
      answers.observe(notice);
    },
    onTrouble: reporter.trouble,
    onCrash: answers.fail,
  });
  try {
    reporter.ready(await session.ready, undefined);
    for (const { provider, event } of deliveries) {
      const secret = secrets[provider] ?? null;
      const { path, headers, body } = forgeDelivery({
        provider,
        event,
        secret,
        now: Date.now(),
        random: randomBytes,
      });
      await fetch(session.forgeUrl + path.replace(/^\//, `/webhooks/${provider}`), {
        method: "POST",
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        body: new Uint8Array(body),
      });
    }
    const allGood = await answers.all;
    context.talk(
      'They are on disk. Look: "hookspool ls", "hookspool show latest"; once more: "hookspool replay latest --to 3000".\n',
    );
    return allGood ? exitCodes.done : exitCodes.answerIsNo;
  } finally {
    await session.stop(1_000);
    handler.close();
  }
}

/** Says thank you to everything. */
async function startSampleHandler() {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "Content-Type": "application/json" }).end('{"received":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Resolves when so many attempts have been recorded, with whether all of them succeeded. */
function countAttempts(expected: number) {
  const { promise: all, resolve, reject: fail } = Promise.withResolvers<boolean>();
  all.catch(() => {});
  let seen = 0;
  let good = true;
  return {
    all,
    fail,
    observe(notice: Notice) {
      if (notice.type !== "attempt") return;
      seen += 1;
      good &&= succeeded(notice.attempt);
      if (seen === expected) resolve(good);
    },
  };
}
