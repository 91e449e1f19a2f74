import { AppError } from "../core/errors.ts";

export function forgottenMeanwhile(id: number): AppError {
  return new AppError(`delivery ${id} was forgotten by another process just now`, {
    code: "E_NO_DELIVERY",
    fault: "user",
    hint: 'Run "hookspool ls" to see what there is.',
  });
}
