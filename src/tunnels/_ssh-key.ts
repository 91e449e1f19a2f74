import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { TunnelFailure } from "../core/tunnel.ts";

/**
 * Makes a key where there is none yet; its file can be read by its owner alone. Some servers derive the URL from
 * the key, so it is kept.
 *
 * @throws {TunnelFailure} there is no ssh-keygen, or the file cannot be written
 */
export async function ensureKey(file: string): Promise<void> {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const args = ["-q", "-t", "ed25519", "-N", "", "-C", "hookspool", "-f", file];
  try {
    const making = promisify(execFile)("ssh-keygen", args, { timeout: 4_000 });
    // Two at once: the second is asked whether to overwrite, and must not.
    making.child.stdin?.end();
    await making;
  } catch (error) {
    if (existsSync(file)) return;
    const why = error instanceof Error ? error.message : String(error);
    throw new TunnelFailure("broken", `no ssh key could be made in ${dirname(file)}: ${why}`, {
      cause: error,
    });
  }
}
