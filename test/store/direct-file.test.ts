import { closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createDirectFiles, type DirectFiles } from "../../src/store/direct-file.ts";
import { temporaryFolder } from "../support/cleanup.ts";

/** What a file then holds, without the zeros that may follow. */
async function fileOf(files: DirectFiles, path: string, text: string) {
  files.memory.set(Buffer.from(text));
  closeSync(await files.create(path, text.length));
  return readFileSync(path).toString().replace(/\0+$/, "");
}

test("a file holds what was given, and nothing of the file before it", async () => {
  const folder = temporaryFolder();
  const files = createDirectFiles(64 * 1024);
  const long = "a".repeat(10_000);
  expect(await fileOf(files, join(folder, "long"), long)).toBe(long);
  expect(await fileOf(files, join(folder, "short"), "short")).toBe("short");
});

test("where the system will not write past its cache, it writes through it", async () => {
  const folder = temporaryFolder();
  // No whole number of blocks: refused by file systems on a disk.
  const files = createDirectFiles(5_000);
  expect(await fileOf(files, join(folder, "first"), "a".repeat(5_000))).toBe("a".repeat(5_000));
  expect(await fileOf(files, join(folder, "second"), "short")).toBe("short");
});

test("a file that is there is not written over", async () => {
  const folder = temporaryFolder();
  const files = createDirectFiles(4_096);
  await fileOf(files, join(folder, "one"), "one");
  await expect(fileOf(files, join(folder, "one"), "two")).rejects.toMatchObject({ code: "EEXIST" });
  expect(readFileSync(join(folder, "one")).toString()).toMatch(/^one/);
});
