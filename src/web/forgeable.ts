import { scenarios, scenariosOf } from "../inspect/scenarios.ts";
import { providers } from "../providers/_registry.ts";
import type { Forgeable } from "./protocol.ts";

/** Everything that can be forged: each provider's events, then its scenarios. */
export function forgeable(): readonly Forgeable[] {
  return providers.flatMap((provider) => [
    ...provider.events.map(({ name, event, about }) => ({
      wish: { provider: provider.id, name, isScenario: false },
      about: about ?? (event === null || event === name ? null : event),
    })),
    ...scenariosOf(provider).map((name) => ({
      wish: { provider: provider.id, name, isScenario: true },
      about: scenarios[name],
    })),
  ]);
}
