import { existsSync } from "node:fs";
import { AppError } from "../core/errors.ts";
import { pagesBehindDamage } from "../store/log-frames.ts";
import { type RepairReport, repairStore } from "../store/repair.ts";
import { databaseFile, dataDirectoryError, openStore } from "../store/store.ts";
import { capturingProcesses } from "./capture-presence.ts";

/**
 * Saves what can be read of a damaged data directory; `undefined` where nothing is damaged.
 *
 * @param now ms since the epoch
 * @throws {AppError} E_IN_USE, E_NOT_REPAIRABLE, E_NEWER_DATA, E_DATA_DIRECTORY
 */
export async function repairData(dir: string, now: number): Promise<RepairReport | undefined> {
  const file = databaseFile(dir);
  if (!existsSync(file)) return undefined;
  // In this order: who closes a database last takes its log away.
  if (pagesBehindDamage(file) === 0 && (await isWhole(dir))) return undefined;
  try {
    return await repairStore(dir, { now, refuseIfUsed: (memory) => refuseIfUsed(dir, memory.keys()) });
  } catch (error) {
    throw dataDirectoryError(dir, error);
  }
}

async function isWhole(dir: string): Promise<boolean> {
  try {
    const store = openStore(dir);
    try {
      return store.integrity() === "ok";
    } finally {
      await store.close();
    }
  } catch (error) {
    const known = dataDirectoryError(dir, error);
    if (known.code === "E_DAMAGED_DATA") return false;
    throw known;
  }
}

function refuseIfUsed(dir: string, remembered: Iterable<string>): void {
  const [pid] = capturingProcesses(remembered);
  if (pid === undefined) return;
  throw new AppError(`process ${pid} captures into the data directory ${dir}`, {
    code: "E_IN_USE",
    fault: "environment",
    hint: "End it first; its senders keep what it cannot take.",
  });
}
