import { AppError } from "../core/errors.ts";

/** @param needed what to give, to stand after "signing needs". */
export function cannotSign(needed: string): AppError {
  return new AppError(`signing needs ${needed}`, {
    code: "E_CANNOT_SIGN",
    fault: "user",
    hint: "Give it, or leave the delivery unsigned.",
  });
}
