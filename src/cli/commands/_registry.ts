// Written by scripts/registries.ts; do not edit.
import type { CommandDefinition } from "./_command.ts";
import { checkCommand } from "./check.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { forgeCommand } from "./forge.ts";
import { listenCommand } from "./listen.ts";
import { lsCommand } from "./ls.ts";
import { providersCommand } from "./providers.ts";
import { pruneCommand } from "./prune.ts";
import { redeliverCommand } from "./redeliver.ts";
import { reindexCommand } from "./reindex.ts";
import { replayCommand } from "./replay.ts";
import { rmCommand } from "./rm.ts";
import { secretCommand } from "./secret.ts";
import { showCommand } from "./show.ts";
import { verifyCommand } from "./verify.ts";
import { webCommand } from "./web.ts";

export const commands = [
  checkCommand,
  demoCommand,
  doctorCommand,
  forgeCommand,
  listenCommand,
  lsCommand,
  providersCommand,
  pruneCommand,
  redeliverCommand,
  reindexCommand,
  replayCommand,
  rmCommand,
  secretCommand,
  showCommand,
  verifyCommand,
  webCommand,
] as const satisfies readonly CommandDefinition[];
