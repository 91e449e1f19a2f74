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

/** An error as plain data, for a thread boundary or JSON. */
export interface ErrorRecord {
  readonly code: `E_${string}`;
  readonly fault: Fault;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
  readonly stack: string | undefined;
}

/** Any exception as an {@link ErrorRecord}; what is not ours is a bug. */
export function toErrorRecord(error: unknown): ErrorRecord {
  const known = error instanceof AppError ? error : bug(error);
  const { code, fault, message, hint, exitCode } = known;
  const origin = known.cause instanceof Error ? known.cause : known;
  return { code, fault, message, hint, exitCode, stack: origin.stack };
}

export function fromErrorRecord({ message, stack, ...options }: ErrorRecord): AppError {
  const error = new AppError(message, options);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function bug(error: unknown): AppError {
  return new AppError(error instanceof Error ? error.message : String(error), {
    code: "E_BUG",
    fault: "bug",
    hint: "This is a bug in hookspool: please report it with what --debug prints.",
    cause: error,
  });
}
