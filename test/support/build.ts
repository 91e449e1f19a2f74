import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds the bundle once, so that no test runs yesterday's. */
export default function build(): void {
  const script = fileURLToPath(new URL("../../scripts/build.ts", import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: "inherit" });
  if (status !== 0) throw new Error("the build failed");
}
