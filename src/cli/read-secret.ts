import { AppError, exitCodes } from "../core/errors.ts";

/**
 * A secret, typed unseen on a terminal or piped in; one newline at its end is not part of it.
 *
 * @throws {AppError} E_INTERRUPTED on Ctrl-C, E_NO_INPUT where nothing was given
 */
export async function readSecret(question: string): Promise<string> {
  const text = process.stdin.isTTY ? await typeUnseen(question) : await readAll();
  const secret = text.replace(/\r?\n$/, "");
  if (secret.trim() !== "") return secret;
  throw new AppError("no secret was given, and nothing is changed", {
    code: "E_NO_INPUT",
    fault: "user",
    hint: 'Type or paste it at the prompt, or pipe it in: hookspool secret set <provider> < "file".',
  });
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** What a terminal in raw mode sends for these keys. */
const keys = {
  interrupt: "\u0003",
  end: "\u0004",
  eraseLine: "\u0015",
  backspace: "\b",
  delete: "\u007f",
} as const;

/** Escape sequences: arrows, and the marks around a paste. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape character begins them.
const escapeSequences = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.)/g;

/** Echoes nothing, not even how long it is. The terminal is as it was before, however this ends. */
function typeUnseen(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stdin.setEncoding("utf8");
  stdin.setRawMode(true);
  // Only now: what is pasted at the sight of the question must not be echoed.
  stderr.write(question);
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const end = () => {
      stdin.off("data", onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
    };
    const onData = (data: string) => {
      for (const key of data.replace(escapeSequences, "")) {
        if (key === keys.interrupt) {
          end();
          return reject(interrupted());
        }
        if (key === "\r" || key === "\n" || key === keys.end) {
          end();
          return resolve(typed.join(""));
        }
        if (key === keys.backspace || key === keys.delete) typed.pop();
        else if (key === keys.eraseLine) typed = [];
        else typed.push(key);
      }
    };
    stdin.on("data", onData);
    stdin.resume();
  });
}

function interrupted(): AppError {
  return new AppError("interrupted, and nothing is changed", {
    code: "E_INTERRUPTED",
    fault: "user",
    exitCode: exitCodes.interrupted,
    hint: "Run it again when you have the secret at hand.",
  });
}
