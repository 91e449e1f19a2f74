import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const undone: (() => unknown)[] = [];

/** Undoes something at the end of the test file, latest first. */
export function atTheEnd(undo: () => unknown): void {
  undone.push(undo);
}

afterAll(async () => {
  for (const undo of undone.reverse()) await undo();
});

/** A new empty folder, gone at the end of the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hookspool-test-"));
  atTheEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
