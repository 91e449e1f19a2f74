import { AppError } from "../core/errors.ts";
import { providerNamed } from "../providers/_find.ts";
import type { Provider, ProviderEvent } from "../providers/_provider.ts";
import { providers } from "../providers/_registry.ts";
import { composePayload, deliveryOf, type ForgedDelivery, type ForgeOptions, type Payload } from "./forge.ts";
import { type Scenario, scenarios } from "./scenario-names.ts";

export { type Scenario, scenarios };

export interface ScenarioOptions extends Omit<ForgeOptions, "event" | "percent"> {
  readonly scenario: Scenario;
  /** The event that it ends with; `completed` where absent. */
  readonly event?: string | undefined;
  /** How many results a batch has; 4 where absent. */
  readonly count?: number | undefined;
}

export interface ScenarioStep {
  /** Milliseconds to wait since the step before. */
  readonly delayMs: number;
  readonly payload: Payload;
  /**
   * The delivery as it is sent at this moment (ms since the epoch): signed when it goes out, so that it is
   * not stale when the delays are played faster or slower.
   */
  deliver(now: number): ForgedDelivery;
}

/**
 * The deliveries of a scenario in the order in which they are sent. The times inside the payloads are as if
 * the first was sent at `now` and no delay was shortened.
 *
 * @throws {AppError} `E_NO_SCENARIO` where the provider does not do such a thing, and what forging throws.
 */
export function buildScenario(options: ScenarioOptions): readonly ScenarioStep[] {
  const provider = providerNamed(options.provider);
  refuseUnable(options.scenario, provider);
  const job = options.job ?? provider.newJob(options.random);
  return plans[options.scenario]({ ...options, job }, provider);
}

/** The scenarios that this provider can play. */
export function scenariosOf(provider: Provider): readonly Scenario[] {
  const names = Object.keys(scenarios) as Scenario[];
  return names.filter((name) => abilities[name]?.isAble(provider) ?? true);
}

type PlanOptions = ScenarioOptions & { readonly job: string };

const plans: Readonly<
  Record<Scenario, (options: PlanOptions, provider: Provider) => readonly ScenarioStep[]>
> = {
  progress(options, provider) {
    const news = progressOf(provider);
    return [
      ...news.map(({ event, percent }, i) =>
        step(options, {
          event: event.name,
          percent,
          afterMs: i * PROGRESS_MS,
          delayMs: i === 0 ? 0 : PROGRESS_MS,
        }),
      ),
      step(options, { ...ending(options), afterMs: news.length * PROGRESS_MS, delayMs: PROGRESS_MS }),
    ];
  },

  batch(options) {
    return Array.from({ length: options.count ?? 4 }, (_, i) =>
      step(options, { ...ending(options), afterMs: i * BATCH_MS, delayMs: i === 0 ? 0 : BATCH_MS }),
    );
  },

  duplicate(options) {
    const { payload } = step(options, ending(options));
    return [0, 1000].map((delayMs) => sending(payload, options, delayMs));
  },

  "out-of-order"(options, provider) {
    const late = latecomer(options, provider);
    return [step(options, ending(options)), step(options, { ...late, delayMs: 1000 })];
  },

  "failed-then-retry"(options) {
    return [
      step(options, { event: "failed" }),
      step(options, { ...ending(options), afterMs: RETRY_MS, delayMs: RETRY_MS }),
    ];
  },

  "retry-storm"(options, provider) {
    const { payload } = step(options, ending(options));
    return provider.retries.delaysMs.map((delayMs) => sending(payload, options, delayMs));
  },
};

const PROGRESS_MS = 2000;
const BATCH_MS = 500;
const RETRY_MS = 5000;

interface StepPlan {
  readonly event: string;
  readonly percent?: number;
  readonly job?: string;
  /** When it happens, in ms after the scenario's beginning. */
  readonly afterMs?: number;
  readonly delayMs?: number;
}

const ending = ({ event = "completed" }: PlanOptions): StepPlan => ({ event });

function step(
  options: PlanOptions,
  { event, percent, job = options.job, afterMs = 0, delayMs = 0 }: StepPlan,
) {
  const payload = composePayload({ ...options, event, percent, job, now: options.now + afterMs });
  return sending(payload, options, delayMs);
}

function sending(payload: Payload, options: PlanOptions, delayMs: number): ScenarioStep {
  return { delayMs, payload, deliver: (now) => deliveryOf(payload, { ...options, now }) };
}

interface News {
  readonly event: ProviderEvent;
  readonly percent: number;
}

/** Each kind of news once, in the provider's order, and those that tell a percentage nine times. */
function progressOf(provider: Provider): readonly News[] {
  return provider.events
    .filter(({ event }) => event === "processing")
    .flatMap((event) =>
      (event.tellsPercent ? [10, 20, 30, 40, 50, 60, 70, 80, 90] : [50]).map((percent) => ({
        event,
        percent,
      })),
    );
}

/** What should have come before the result. */
function latecomer(options: PlanOptions, provider: Provider): StepPlan {
  const news = progressOf(provider).at(-1);
  if (news !== undefined) return { event: news.event.name, percent: news.percent, afterMs: -PROGRESS_MS };
  if (hasFailure(provider)) return { event: "failed", afterMs: -RETRY_MS };
  return { ...ending(options), afterMs: -60_000, job: provider.newJob(options.random) };
}

const hasFailure = (provider: Provider): boolean => provider.events.some(({ event }) => event === "failed");

interface Ability {
  isAble(provider: Provider): boolean;
  /** Said of a provider that is not. */
  readonly otherwise: string;
}

/** What a scenario asks of its provider; the others are for all. */
const abilities: Partial<Record<Scenario, Ability>> = {
  progress: { isAble: (provider) => progressOf(provider).length > 0, otherwise: "reports no progress" },
  batch: { isAble: (provider) => provider.sendsEachResult === true, otherwise: "sends one delivery per job" },
  "failed-then-retry": { isAble: hasFailure, otherwise: "delivers no failures" },
};

function refuseUnable(scenario: Scenario, provider: Provider): void {
  const ability = abilities[scenario];
  if (ability === undefined || ability.isAble(provider)) return;
  const able = (providers as readonly Provider[]).filter(ability.isAble).map(({ id }) => id);
  throw new AppError(`${provider.name} ${ability.otherwise}`, {
    code: "E_NO_SCENARIO",
    fault: "user",
    hint: `This scenario is for ${able.join(", ")}.`,
  });
}
