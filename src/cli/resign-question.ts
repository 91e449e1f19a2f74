import { createInterface } from "node:readline/promises";
import { AppError } from "../core/errors.ts";

interface Wishes {
  /** What was said: `--resign`, `--no-resign`, or neither. */
  readonly resign: boolean | undefined;
  /** The flags that change a delivery, as they were given. */
  readonly changing: readonly string[];
}

/**
 * Whether a delivery is to be signed again. A changed one has a signature that no longer fits, and is neither
 * signed again nor sent with it unless somebody says so.
 *
 * @throws {AppError} E_RESIGN where nobody can be asked
 */
export async function isToBeResigned({ resign, changing }: Wishes): Promise<boolean> {
  if (resign !== undefined) return resign;
  const [flag] = changing;
  if (flag === undefined) return false;
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw undecided(flag);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `${flag} changes what was signed. Sign it again with your stored secret? [Y/n] `,
    );
    if (/^(?:y|yes|)$/i.test(answer.trim())) return true;
    if (/^(?:n|no)$/i.test(answer.trim())) return false;
    throw undecided(flag);
  } finally {
    terminal.close();
  }
}

function undecided(flag: string): AppError {
  return new AppError(`${flag} changes what was signed, and it is not said whether to sign it again`, {
    code: "E_RESIGN",
    fault: "user",
    hint: "Give --resign for a fresh timestamp and signature, or --no-resign to send the old ones.",
  });
}
