import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "./sqlite.ts";

/** A right that one process has at a time, until it gives it back or ends, however it ends. */
export interface Claim {
  release(): void;
}

/** Takes what is named, if nobody has it. The system takes it back from what was killed. */
export function tryClaim(directory: string, name: string): Claim | undefined {
  return tryLock(fileOf(directory, name), "exclusive");
}

/** Whether anybody has it, be it another part of this process. */
export function isClaimed(directory: string, name: string): boolean {
  const file = fileOf(directory, name);
  if (!existsSync(file)) return false;
  const lock = tryLock(file, "shared");
  lock?.release();
  return lock === undefined;
}

/** A name may hold what no file's can. */
const fileOf = (directory: string, name: string) =>
  join(directory, `claim-${createHash("sha256").update(name).digest("hex").slice(0, 16)}`);
