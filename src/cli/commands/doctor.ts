import { Command } from "commander";
import { type ExitCode, exitCodes } from "../../core/errors.ts";
import { printable } from "../../core/text.ts";
import { jsonLine } from "../../log/json.ts";
import type { RepairReport } from "../../store/repair.ts";
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
    "hookspool doctor --repair",
    "hookspool doctor --json | jq 'select(.type == \"setting\")'",
  ],
  define(command) {
    command
      .option("--offline", "open no tunnels: say only what is missing on this machine")
      .option(
        "--repair",
        "save what can be read of a damaged database into a fresh one; the damaged one is kept",
      );
  },
  run: (context, { options }) =>
    options.repair === true ? repair(context) : doctor(context, options.offline === true),
};

async function repair(context: Context): Promise<ExitCode> {
  const { repairData } = await import("../../wiring/repair.ts");
  const report = await repairData(context.dir, Date.now());
  if (context.json)
    await context.write(jsonLine({ v: 1, type: "repaired", damaged: report !== undefined, ...report }));
  else if (report) tellRepair(context, report);
  else context.talk("Nothing is damaged.\n");
  return report && report.lost.length > 0 ? exitCodes.answerIsNo : exitCodes.done;
}

function tellRepair({ talk }: Context, { saved, lost, keptIn }: RepairReport): void {
  talk(`Saved ${countText(saved)}; lost ${lost.length === 0 ? "none" : countText(lost.length)}.\n`);
  for (const { id, provider, job, why } of lost) {
    const of = printable([provider, job].filter((word) => word !== null).join(" "));
    talk(`  #${id}  ${of === "" ? "" : `${of}: `}${why}\n`);
  }
  talk(`The damaged database, and what else could be read, is in ${keptIn}\n`);
}

const countText = (count: number) => (count === 1 ? "1 delivery" : `${count} deliveries`);

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
    const { tones } = context;
    const signs = { ok: tones.good("✓"), warning: tones.warn("!"), error: tones.bad("✗") };
    for (const { name, status, detail } of findings)
      await context.write(`${signs[status]} ${name.padEnd(24)} ${detail}\n`);
    await context.write("\nSettings of listen\n");
    for (const { name, value, origin } of settings)
      await context.write(`  ${name.padEnd(15)} ${String(value ?? "-").padEnd(14)} ${tones.dim(origin)}\n`);
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
