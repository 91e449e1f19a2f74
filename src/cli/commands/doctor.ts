import { Command } from "commander";
import { type ExitCode, exitCodes } from "../../core/errors.ts";
import { jsonLine } from "../../log/json.ts";
import { applyConfigFiles, readConfigFiles } from "../config.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";
import { listenCommand } from "./listen.ts";

export const doctorCommand: CommandDefinition = {
  usage: "doctor",
  description:
    "what works here: Node, the data directory, tunnels, the terminal, and where each setting comes from",
  examples: [
    "hookspool doctor",
    "hookspool doctor --offline",
    "hookspool doctor --json | jq 'select(.type == \"setting\")'",
  ],
  define(command) {
    command.option("--offline", "open no tunnels: say only what is missing on this machine");
  },
  run: (context, { options }) => doctor(context, options.offline === true),
};

async function doctor(context: Context, offline: boolean): Promise<ExitCode> {
  const { examineHealth } = await import("../../wiring/health.ts");
  const settings = settingsInForce();
  const tunnelHost = settings.find(({ name }) => name === "tunnelHost")?.value as string | undefined | null;
  const project = process.cwd();
  const health = await examineHealth({
    dir: context.dir,
    project,
    tunnelHost: tunnelHost ?? undefined,
    offline,
  });
  const findings = [...health, terminalFinding()];
  if (context.json) {
    for (const finding of findings) await context.write(jsonLine({ v: 1, type: "check", ...finding }));
    for (const setting of settings) await context.write(jsonLine({ v: 1, type: "setting", ...setting }));
  } else {
    const { chalk } = context;
    const signs = { ok: chalk.green("✓"), warning: chalk.yellow("!"), error: chalk.red("✗") };
    for (const { name, status, detail } of findings)
      await context.write(`${signs[status]} ${name.padEnd(24)} ${detail}\n`);
    await context.write("\nSettings of listen\n");
    for (const { name, value, origin } of settings)
      await context.write(`  ${name.padEnd(15)} ${String(value ?? "-").padEnd(14)} ${chalk.dim(origin)}\n`);
  }
  return findings.some(({ status }) => status === "error") ? exitCodes.answerIsNo : exitCodes.done;
}

function terminalFinding() {
  const { isTTY, columns, rows } = process.stdout;
  const detail = isTTY
    ? `${columns}×${rows}, ${process.env.TERM ?? "TERM not set"}`
    : "none: output goes to a pipe or file";
  return { name: "terminal", status: "ok" as const, detail };
}

/** What lets somebody in is not shown. */
const secretOptions = new Set(["auth", "token"]);

/** What `listen` would run with if it were started here without flags. */
function settingsInForce() {
  const command = new Command().exitOverride();
  listenCommand.define(command);
  command.parse([], { from: "user" });
  const known = new Set([
    ...command.options.map((option) => option.attributeName()),
    "dir",
    "json",
    "color",
    "debug",
  ]);
  applyConfigFiles(command, readConfigFiles(), known);
  return command.options.map((option) => {
    const key = option.attributeName();
    const source = command.getOptionValueSource(key);
    const origin = source === "env" ? `${option.envVar} in the environment` : (source ?? "default");
    const value: unknown = command.getOptionValue(key) ?? null;
    return { name: key, value: value !== null && secretOptions.has(key) ? "set" : value, origin };
  });
}
