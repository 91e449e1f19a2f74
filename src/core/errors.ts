/** Whose turn it is to do something about an error. Only `bug` asks for a report. */
export type Fault = "user" | "network" | "environment" | "bug";

/** The process's exit codes; README and docs say the same. */
export const exitCodes = {
  done: 0,
  answerIsNo: 1,
  usage: 2,
  noConnection: 3,
  timedOut: 4,
  dataDirectory: 5,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

interface AppErrorOptions {
  /** Stable, for programs: `E_NO_DELIVERY`. */
  readonly code: `E_${string}`;
  readonly fault: Fault;
  /** What to do next, as a sentence. */
  readonly hint: string;
  /** Where the fault alone does not say it. */
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** The one error that ends a command. Its message is a plain sentence without a full stop at its end. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: `E_${string}`;
  readonly fault: Fault;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(message: string, options: AppErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fault = options.fault;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCodeOfFault[options.fault];
  }
}

const exitCodeOfFault = {
  user: exitCodes.usage,
  network: exitCodes.noConnection,
  environment: exitCodes.dataDirectory,
  bug: exitCodes.bug,
} as const satisfies Record<Fault, ExitCode>;

/** The `code` of a system error (`ECONNREFUSED`), or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
