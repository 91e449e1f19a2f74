import { AppError } from "../../core/errors.ts";
import { byteText } from "../../core/text.ts";
import { jsonLine } from "../../log/json.ts";
import type { PruneRules } from "../../store/prune.ts";
import type { Store } from "../../store/store.ts";
import { parseCount, parseDuration, parseSize } from "../arguments.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly olderThan?: number;
  readonly keep?: number;
  readonly maxSize?: number;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** Free space in the database that is worth writing it anew. */
const WORTH_COMPACTING_BYTES = 1024 * 1024;

export const pruneCommand: CommandDefinition = {
  usage: "prune",
  description: "forget old deliveries and give their space back; owed ones stay",
  examples: [
    "hookspool prune --older-than 7d",
    "hookspool prune --keep 10000 --max-size 2GB",
    "hookspool prune --older-than 30d --force --dry-run",
    "hookspool 3000 --prune-older-than 7d",
  ],
  define(command) {
    command
      .option("--older-than <duration>", "those that arrived longer ago than this", parseDuration)
      .option("--keep <n>", "all but the newest n", parseCount)
      .option("--max-size <size>", "the oldest, until the rest takes no more than this", parseSize)
      .option("--force", "owed deliveries too, except what is with a handler right now")
      .option("--dry-run", "only say what would go");
  },
  run: (context, { options }) => prune(context, options as Options),
};

async function prune(context: Context, options: Options): Promise<undefined> {
  const { olderThan, keep, maxSize, force = false, dryRun = false } = options;
  if (olderThan === undefined && keep === undefined && maxSize === undefined)
    throw new AppError("prune was not told what may go", {
      code: "E_USAGE",
      fault: "user",
      hint: "Give --older-than 7d, --keep 10000, --max-size 2GB, or several.",
    });
  const { inOtherHands, isCapturing } = await import("../../wiring/capture-presence.ts");
  await context.withStore(async (store) => {
    const rules: PruneRules = {
      before: olderThan === undefined ? undefined : Date.now() - olderThan,
      keep,
      maxBytes: maxSize,
      force,
      inHands: inOtherHands(store),
    };
    if (dryRun) {
      const { deliveries, bytes } = store.previewPrune(rules);
      if (context.json)
        await context.write(jsonLine({ v: 1, type: "removed", count: deliveries, bytes, dryRun }));
      else context.talk(`Would forget ${counted(deliveries)}, about ${byteText(bytes)}.\n`);
      return;
    }
    // A session that captures has the disk first.
    const rest = (tookMs: number) => (isCapturing(store) ? wait(2 * tookMs) : Promise.resolve());
    const { deliveries, bytes } = await store.prune(rules, { rest });
    const obstacle = giveBack(store, isCapturing(store));
    if (context.json)
      await context.write(jsonLine({ v: 1, type: "removed", count: deliveries, bytes, dryRun }));
    else {
      context.talk(`Forgot ${counted(deliveries)}, ${byteText(bytes)}.\n`);
      if (obstacle !== undefined)
        context.talk(
          `${byteText(store.freeBytes())} of the database are free for new deliveries and not yet for others: ${obstacle}.\n`,
        );
    }
  });
  return undefined;
}

/** Gives free space back to the disk; why not, where that cannot be done now. */
function giveBack(store: Store, isCapturing: boolean): string | undefined {
  if (store.freeBytes() < WORTH_COMPACTING_BYTES) return undefined;
  if (isCapturing) return "a session is writing to it; prune again when none runs";
  try {
    store.compact();
    return undefined;
  } catch {
    return "the disk has no room to write the rest anew";
  }
}

const counted = (count: number) => (count === 1 ? "1 delivery" : `${count} deliveries`);

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
