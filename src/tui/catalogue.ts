import { type Scenario, scenarios, scenariosOf } from "../inspect/scenarios.ts";
import type { Provider } from "../providers/_provider.ts";
import { providers } from "../providers/_registry.ts";
import type { ForgeChoice, Registration } from "./state.ts";

/** Everything that can be forged, provider by provider: first events, then scenarios. */
export function forgeChoices(): readonly ForgeChoice[] {
  return providers.flatMap((provider: Provider) => [
    ...provider.events.map(({ name, event, about }): ForgeChoice => {
      const words = [event === name ? "" : event, about].filter(Boolean).join(": ");
      return { provider: provider.id, name, isScenario: false, about: words };
    }),
    ...scenariosOf(provider).map(
      (name: Scenario): ForgeChoice => ({
        provider: provider.id,
        name,
        isScenario: true,
        about: scenarios[name],
      }),
    ),
  ]);
}

/** Where these providers take the URL. */
export function registrationsOf(ids: readonly string[]): readonly Registration[] {
  return providers
    .filter(({ id }) => ids.includes(id))
    .map(({ name, registration }) => ({ provider: name, how: registration.how }));
}
