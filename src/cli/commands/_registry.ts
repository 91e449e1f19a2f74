// Written by scripts/registries.ts; do not edit.
import type { CommandDefinition } from "./_command.ts";
import { checkCommand } from "./check.ts";
import { completionCommand } from "./completion.ts";
import { demoCommand } from "./demo.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { forgeCommand } from "./forge.ts";
import { holdCommand } from "./hold.ts";
import { importCommand } from "./import.ts";
import { listenCommand } from "./listen.ts";
import { lsCommand } from "./ls.ts";
import { providersCommand } from "./providers.ts";
import { pruneCommand } from "./prune.ts";
import { redeliverCommand } from "./redeliver.ts";
import { reindexCommand } from "./reindex.ts";
import { replayCommand } from "./replay.ts";
import { resumeCommand } from "./resume.ts";
import { rmCommand } from "./rm.ts";
import { secretCommand } from "./secret.ts";
import { showCommand } from "./show.ts";
import { verifyCommand } from "./verify.ts";
import { waitCommand } from "./wait.ts";
import { webCommand } from "./web.ts";

export const commands = [
  checkCommand,
  completionCommand,
  demoCommand,
  diffCommand,
  doctorCommand,
  exportCommand,
  forgeCommand,
  holdCommand,
  importCommand,
  listenCommand,
  lsCommand,
  providersCommand,
  pruneCommand,
  redeliverCommand,
  reindexCommand,
  replayCommand,
  resumeCommand,
  rmCommand,
  secretCommand,
  showCommand,
  verifyCommand,
  waitCommand,
  webCommand,
] as const satisfies readonly CommandDefinition[];
