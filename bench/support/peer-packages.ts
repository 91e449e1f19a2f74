/**
 * The npm packages among the peers. They are the bench's alone (`bench/package.json` and its lock), so that nobody
 * who works on the program has to install them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../", import.meta.url));

/** Not `npm ci`: an optional package of mockttp's cannot be had everywhere, and so is not in the lock. */
export const installPeers = "npm install --prefix bench --omit=optional";

/** Installs what is not there; a machine without a registry goes on with what it has. */
export function installPeerPackages(): void {
  if (existsSync(`${folder}node_modules`)) return;
  console.log(installPeers);
  spawnSync("npm", ["install", "--prefix", folder, "--omit=optional", "--no-audit", "--no-fund"], {
    stdio: "inherit",
  });
}

/** `undefined` where it is not installed. */
export function peerVersion(name: string): string | undefined {
  const manifest = `${folder}node_modules/${name}/package.json`;
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}

/** Its module, of which the caller knows the shape. */
export function loadPeer(name: string): Promise<unknown> {
  return import(name);
}
