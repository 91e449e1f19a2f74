import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";

interface Options {
  /** Our stdout is for JSON: the editor writes to stderr. */
  readonly stdoutIsOurs: boolean;
}

/**
 * The bytes as they are after a person had them in `$VISUAL` or `$EDITOR`. Only the person can read the file
 * meanwhile, and it is gone afterwards.
 *
 * @throws {AppError} E_EDITOR
 */
export async function editBody(body: Uint8Array, { stdoutIsOurs }: Options): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "hookspool-edit-"));
  try {
    const file = join(folder, "body.json");
    writeFileSync(file, body, { mode: 0o600 });
    await openEditor(file, stdoutIsOurs);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openEditor(file: string, stdoutIsOurs: boolean): Promise<void> {
  const isWindows = process.platform === "win32";
  const editor = process.env.VISUAL || process.env.EDITOR || (isWindows ? "notepad" : "vi");
  // The variable may hold arguments (`code --wait`); the file's name stays out of the shell's sight.
  const [program, args] = isWindows
    ? (["cmd", ["/d", "/s", "/c", `${editor} "${file}"`]] as const)
    : (["sh", ["-c", `${editor} "$1"`, "sh", file]] as const);
  const child = spawn(program, args, {
    stdio: ["inherit", stdoutIsOurs ? 2 : "inherit", "inherit"],
    windowsVerbatimArguments: true,
  });
  // Whatever ends the editor ends the waiting for it, and so nothing is left behind.
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  const [code, signal] = (await once(child, "close")
    .catch((cause) => {
      throw editorError(editor, "could not be started", cause);
    })
    .finally(() => {
      for (const signal of signals) process.off(signal, pass);
    })) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw editorError(editor, `ended with ${signal ?? `exit code ${code}`}`, undefined);
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function editorError(editor: string, what: string, cause: unknown): AppError {
  return new AppError(`the editor "${editor}" ${what}, so nothing was sent`, {
    code: "E_EDITOR",
    fault: "user",
    hint: "Set VISUAL or EDITOR to the one that you use.",
    cause,
  });
}
