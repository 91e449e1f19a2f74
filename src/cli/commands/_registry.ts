// Written by scripts/registries.ts; do not edit.
import type { CommandDefinition } from "./_command.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { listenCommand } from "./listen.ts";
import { lsCommand } from "./ls.ts";
import { pruneCommand } from "./prune.ts";
import { replayCommand } from "./replay.ts";
import { rmCommand } from "./rm.ts";
import { showCommand } from "./show.ts";
import { webCommand } from "./web.ts";

export const commands = [
  demoCommand,
  doctorCommand,
  listenCommand,
  lsCommand,
  pruneCommand,
  replayCommand,
  rmCommand,
  showCommand,
  webCommand,
] as const satisfies readonly CommandDefinition[];
