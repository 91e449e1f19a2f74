import { spawn } from "node:child_process";
import { once } from "node:events";
import { atTheEnd } from "./cleanup.ts";
import { bin, type Line } from "./hookspool.ts";

/** A running `hookspool web --json`. */
export interface Web {
  readonly url: string;
  /** Ends it as Ctrl-C does; its exit code. */
  stop(): Promise<number | null>;
}

export async function startWeb(dir: string): Promise<Web> {
  const args = [bin, "web", "--json", "--dir", dir, "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  atTheEnd(() => child.kill("SIGKILL"));
  const exited = once(child, "exit") as Promise<[number | null]>;
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    url: String((JSON.parse(line.toString()) as Line).inspector),
    async stop() {
      child.kill("SIGINT");
      return (await exited)[0];
    },
  };
}
