import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether there is a tmux to hold a terminal. */
export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

/** How long a screen may take to show what is waited for. */
const PATIENCE_MS = 10_000;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A real terminal with a shell in it. */
export interface Terminal {
  /** Types a line into the shell. */
  type(line: string): Promise<void>;
  /** Presses keys, in tmux's names: `Enter`, `Escape`, `C-z`, `j`. */
  press(...keys: string[]): Promise<void>;
  /** Sends bytes as they are. */
  send(text: string): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /** The rows on the screen. */
  rows(): Promise<string[]>;
  /** The screen with its colours, as escape sequences. */
  painted(): Promise<string>;
  /** Resolves with the screen when it matches; fails, showing the screen, when it has not within 10 s. */
  shows(pattern: RegExp): Promise<string>;
  /** One of tmux's own variables: `alternate_on`, `cursor_flag`, `pane_title`. */
  property(name: string): Promise<string>;
  /** The process that the shell runs. */
  job(): Promise<number>;
  /** What OSC 52 has put on the clipboard. */
  clipboard(): Promise<string>;
  close(): Promise<void>;
}

let opened = 0;

export async function openTerminal({ columns, rows }: TerminalSize, directory: string): Promise<Terminal> {
  opened += 1;
  const socket = `hookspool-test-${process.pid}-${opened}`;
  const tmux = async (...args: string[]) =>
    (await run("tmux", ["-L", socket, "-f", "/dev/null", ...args], { env: { ...process.env, CI: "" } }))
      .stdout;
  // The system may have set a prompt of its own; this comes after it.
  const startup = join(directory, "startup");
  writeFileSync(startup, "PS1='shell> '");
  await tmux(
    ...["set", "-g", "set-clipboard", "on", ";", "set", "-g", "escape-time", "10", ";"],
    ...["new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", directory],
    `bash --noprofile --rcfile '${startup}' -i`,
  );

  async function screen(): Promise<string> {
    return (await tmux("capture-pane", "-p")).replace(/\n$/, "");
  }

  const terminal: Terminal = {
    async type(line) {
      await tmux("send-keys", "-l", line);
      await tmux("send-keys", "Enter");
    },
    press: async (...keys) => {
      await tmux("send-keys", ...keys);
    },
    send: async (text) => {
      await tmux("send-keys", "-l", text);
    },
    resize: async (size) => {
      await tmux("resize-window", "-x", String(size.columns), "-y", String(size.rows));
    },
    rows: async () => (await screen()).split("\n"),
    painted: () => tmux("capture-pane", "-p", "-e"),
    async shows(pattern) {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const now = await screen();
        if (pattern.test(now)) return now;
        if (Date.now() > deadline) throw new Error(`the screen never showed ${pattern}; it shows\n${now}`);
        await wait(30);
      }
    },
    property: async (name) => (await tmux("display", "-p", `#{${name}}`)).trim(),
    job: async () => Number((await run("pgrep", ["-P", await terminal.property("pane_pid")])).stdout),
    clipboard: () => tmux("show-buffer"),
    async close() {
      await tmux("kill-server").catch(() => {});
    },
  };
  await terminal.shows(/shell>/);
  return terminal;
}
