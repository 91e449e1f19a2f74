/**
 * Runs one program and ends it with the process that asked for it, however that ended: `program-process.js
 * PROGRAM ARGUMENTS…`. A program alone would outlive a hookspool that was killed, and hold its tunnel open.
 */
import { spawn } from "node:child_process";
import type { ProgramReport } from "./_program-protocol.ts";

/** How long the program may take to end when it is told to, in ms. */
const GRACE_MS = 1_000;

const [program = "", ...args] = process.argv.slice(2);
// It writes to our own stdout and stderr, which the parent reads.
const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });

child.once("spawn", () => report({ type: "started", pid: child.pid ?? 0 }));
child.once("error", (error) => end(`cannot be run: ${error.message}`));
child.once("exit", (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
process.once("disconnect", stop);
if (!process.connected) stop();

function stop(): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
}

function end(by: string): void {
  report({ type: "ended", by }, () => process.exit());
}

function report(news: ProgramReport, sent = () => {}): void {
  if (process.connected) process.send?.(news, undefined, undefined, sent);
  else sent();
}
