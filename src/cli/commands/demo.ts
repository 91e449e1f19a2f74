import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { succeeded } from "../../core/attempt.ts";
import { type ExitCode, exitCodes } from "../../core/errors.ts";
import { openForgeSender } from "../../wiring/forge-sender.ts";
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
  context.talk(`A sample handler answers at ${handler.url}; no tunnel is opened.\n`);
  const sender = await openForgeSender({
    dir: context.dir,
    target: handler.url,
    timeoutMs: undefined,
    insecure: false,
    ca: undefined,
    provider: undefined,
    secrets,
    observer: reporter.observe,
  });
  try {
    reporter.ready(await sender.ready, undefined);
    let allGood = true;
    for (const { provider, event } of deliveries) {
      const forged = forgeDelivery({
        provider,
        event,
        path: `/webhooks/${provider}`,
        secret: secrets[provider] ?? null,
        now: Date.now(),
        random: randomBytes,
      });
      allGood = succeeded(await sender.send(forged)) && allGood;
    }
    context.talk(
      'They are on disk. Look: "hookspool ls", "hookspool show latest"; once more: "hookspool replay latest --to 3000".\n',
    );
    return allGood ? exitCodes.done : exitCodes.answerIsNo;
  } finally {
    await sender.close();
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
