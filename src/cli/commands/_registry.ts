// Written by scripts/registries.ts; do not edit.
import type { CommandDefinition } from "./_command.ts";

export const commands = {
  demo: async () => (await import("./demo.ts")).demoCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  listen: async () => (await import("./listen.ts")).listenCommand,
  ls: async () => (await import("./ls.ts")).lsCommand,
  prune: async () => (await import("./prune.ts")).pruneCommand,
  replay: async () => (await import("./replay.ts")).replayCommand,
  rm: async () => (await import("./rm.ts")).rmCommand,
  show: async () => (await import("./show.ts")).showCommand,
} as const satisfies Record<string, () => Promise<CommandDefinition>>;
