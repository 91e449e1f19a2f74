import { AppError } from "../core/errors.ts";
import { closest } from "./_closest.ts";
import type { Provider } from "./_provider.ts";
import { providers } from "./_registry.ts";

const byId: ReadonlyMap<string, Provider> = new Map(providers.map((provider) => [provider.id, provider]));

/** `undefined` where the catalogue has none of this id. */
export function findProvider(id: string): Provider | undefined {
  return byId.get(id);
}

/** @throws {AppError} `E_NO_PROVIDER`, with the id that was probably meant. */
export function providerNamed(id: string): Provider {
  const provider = byId.get(id);
  if (provider !== undefined) return provider;
  const meant = closest(id, byId.keys());
  throw new AppError(`no provider "${id}" in the catalogue`, {
    code: "E_NO_PROVIDER",
    fault: "user",
    hint:
      meant === undefined
        ? `There are ${[...byId.keys()].join(", ")}.`
        : `Did you mean "${meant}"? Run "hookspool providers" to see them all.`,
  });
}
