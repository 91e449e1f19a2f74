import { renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes JSON that only its owner reads: the whole file or nothing, so that a crash in between leaves the old
 * one.
 *
 * @throws what the file system says
 */
export function writePrivateFile(file: string, content: unknown): void {
  const next = `${file}.${process.pid}`;
  try {
    writeFileSync(next, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
