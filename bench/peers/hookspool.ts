import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { signingProvider, signingSecret } from "../support/deliveries.ts";
import { freePort, startServer } from "../support/processes.ts";
import type { Contender, Setting } from "./contender.ts";

const bin = fileURLToPath(new URL("../../bin/hookspool.js", import.meta.url));
const manifest = new URL("../../package.json", import.meta.url);

/** As it is shipped: on disk before it is forwarded, signatures checked, attempts recorded. */
export const hookspool: Contender = {
  name: "hookspool",
  keeps: "request and answer, on disk before it is forwarded",
  version: () => JSON.parse(readFileSync(manifest, "utf8")).version,
  install: "npm run build",
  start: (setting) => startHookspool(setting, []),
};

interface HookspoolSetting extends Setting {
  /** The program's file; the built one where absent. */
  readonly program?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The built program with a free port, no tunnel, and the secret that the load is signed with. */
export async function startHookspool(
  { target, folder, program = bin, cwd = folder, env = {} }: HookspoolSetting,
  args: readonly string[],
) {
  const port = await freePort();
  const words = [
    ...[program, "listen", `127.0.0.1:${target}`, "--dir", folder, "--port", String(port)],
    ...["--tunnel", "none", "--no-inspector", "--output", "quiet", ...args],
  ];
  const secret = { [`HOOKSPOOL_SECRET_${signingProvider.toUpperCase()}`]: signingSecret };
  const server = await startServer(process.execPath, words, {
    side: "contender",
    port,
    cwd,
    env: { ...process.env, ...secret, ...env },
  });
  return { port, server };
}
