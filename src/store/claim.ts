import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "./sqlite.ts";

/** A right that one process has at a time, until it gives it back or ends, however it ends. */
export interface Claim {
  release(): void;
}

/** Takes what is named, if nobody has it. The system takes it back from what was killed. */
export function tryClaim(directory: string, name: string): Claim | undefined {
  // Not a data directory that has gone meanwhile, too.
  if (!existsSync(folderIn(directory))) mkdirSync(folderIn(directory), { mode: 0o700 });
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

const folderIn = (directory: string) => join(directory, "claims");

/** A name may hold what no file's can. */
const fileOf = (directory: string, name: string) =>
  join(folderIn(directory), createHash("sha256").update(name).digest("hex").slice(0, 16));
