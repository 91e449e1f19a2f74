import { AppError } from "../core/errors.ts";
import type { Provider, SchemeUse } from "../providers/_provider.ts";

/**
 * The provider's variant of this name, its first where none is named; `undefined` where it has none at all.
 *
 * @throws {AppError} `E_NO_SCHEME`
 */
export function chosenScheme(
  { name: who, schemes }: Provider,
  name: string | undefined,
): SchemeUse | undefined {
  const use = schemes.find(({ scheme }) => name === undefined || scheme === name);
  if (use !== undefined || name === undefined) return use;
  const names = schemes.map(({ scheme }) => scheme);
  throw new AppError(`${who} does not sign by ${name}`, {
    code: "E_NO_SCHEME",
    fault: "user",
    hint: names.length === 0 ? "Leave the scheme out." : `It signs by ${names.join(" or ")}.`,
  });
}
