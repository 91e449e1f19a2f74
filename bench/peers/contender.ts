import { spawnSync } from "node:child_process";
import type { Server } from "../support/processes.ts";

/** A program that stands between the load and the handler. */
export interface Contender {
  readonly name: string;
  /** What it keeps of a request, in a few words. */
  readonly keeps: string;
  /** `undefined` where it is not installed. */
  version(): string | undefined;
  /** The line that installs it. */
  readonly install: string;
  start(setting: Setting): Promise<Endpoint>;
}

export interface Setting {
  /** The handler's port on 127.0.0.1. */
  readonly target: number;
  /** An empty folder of its own, on disk. */
  readonly folder: string;
}

export interface Endpoint {
  readonly port: number;
  /** `undefined` where there is no program in between. */
  readonly server?: Server;
}

/** The first thing that looks like a version in what a command says; `undefined` where there is no such command. */
export function versionOf(command: string, ...args: string[]): string | undefined {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return error ? undefined : /\d+\.\d+[\d.]*/.exec(stdout + stderr)?.[0];
}
