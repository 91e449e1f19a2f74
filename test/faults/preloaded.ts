import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/cleanup.ts";

/** Why no C library can be built and preloaded here; `undefined` where one can. */
export const noPreloading =
  process.platform !== "linux"
    ? "only Linux is known to take LD_PRELOAD as it is used here"
    : spawnSync("cc", ["--version"]).error
      ? "there is no C compiler (cc)"
      : undefined;

/** Builds a library of this folder; says the path that goes into `LD_PRELOAD`. */
export function buildLibrary(name: "record-writes" | "shift-clock"): string {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const library = join(temporaryFolder(), `${name}.so`);
  const { status, stderr } = spawnSync("cc", ["-O2", "-shared", "-fPIC", "-o", library, source], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${name}.c does not compile: ${stderr}`);
  return library;
}
