import { setTimeout as wait } from "node:timers/promises";
import type { Forged, ForgeWish } from "../core/actions.ts";
import { isSuccess } from "../core/attempt.ts";
import { AppError } from "../core/errors.ts";
import type { DeliveryReader } from "../core/ports.ts";
import { type Scenario, scenariosOf } from "../inspect/scenarios.ts";
import { providerNamed } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { forgingSteps, introduceSignature } from "./forging.ts";
import type { Outputs } from "./outputs.ts";
import { postForged } from "./post-forged.ts";
import { type SigningSecret, signingSecretFor } from "./signing-secret.ts";

export interface ForgerOptions {
  readonly dir: string;
  readonly reader: DeliveryReader;
  readonly outputs: Outputs;
  /** Opened before the first delivery of a wish, closed after its last. */
  readonly openDoor: (provider: Provider, signing: SigningSecret) => Promise<ForgeDoor>;
}

/** Where what was forged comes in. */
export interface ForgeDoor {
  /** It is posted here: `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Whether the answer is a handler's, and not given before one is asked. */
  isAnsweredByHandler(): boolean;
  close(): Promise<void>;
}

/** Makes deliveries as a provider would, one wish beside the other. */
export interface Forger {
  forge(wish: ForgeWish): Promise<Forged>;
  /** Sends nothing more. */
  stop(): void;
}

export function createForger({ dir, reader, outputs, openDoor }: ForgerOptions): Forger {
  const stopping = new AbortController();
  const { signal } = stopping;

  return {
    async forge({ provider: id, name, isScenario }) {
      const provider = providerNamed(id);
      const signing = signingSecretFor(provider, dir, process.env);
      const media = await outputs.forNew();
      const steps = forgingSteps({
        provider,
        ...(isScenario ? { event: undefined, scenario: scenarioNamed(name, provider) } : { event: name }),
        signing,
        media,
        path: usualPath(reader, provider),
      });
      // Whatever cannot be signed is found before anything is sent.
      for (const { deliver } of steps) deliver(Date.now());
      const note = introduceSignature(provider, signing, media) ?? null;
      const door = await openDoor(provider, signing);
      let delivered = 0;
      try {
        for (const { delayMs, deliver } of steps) {
          await wait(Math.min(delayMs, LONGEST_PAUSE_MS), undefined, { signal });
          const asksHandler = door.isAnsweredByHandler();
          const status = await postForged(door.url, deliver(Date.now()), signal);
          if (asksHandler && isSuccess(status)) delivered += 1;
        }
      } finally {
        await door.close();
      }
      return { tried: steps.length, delivered, note };
    },
    stop: () => stopping.abort(),
  };
}

/** @throws {AppError} E_NO_SCENARIO */
function scenarioNamed(name: string, provider: Provider): Scenario {
  const able = scenariosOf(provider);
  const found = able.find((scenario) => scenario === name);
  if (found !== undefined) return found;
  throw new AppError(`${provider.name} has no scenario "${name}"`, {
    code: "E_NO_SCENARIO",
    fault: "user",
    hint: `There are ${able.join(", ")}.`,
  });
}

/** Somebody is watching: what a provider spreads over hours is played faster. */
const LONGEST_PAUSE_MS = 3_000;

/** Where this provider's deliveries have come in of late, without what they carried in the query. */
function usualPath(reader: DeliveryReader, { id }: Provider): string {
  const lately = reader.list({}, { limit: LATELY });
  const path = lately.find(({ provider, origin }) => provider === id && origin === "captured")?.path;
  return path?.startsWith("/") ? path.replace(/\?.*$/s, "") : "/";
}

const LATELY = 200;
