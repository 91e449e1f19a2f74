/** What happens in each scenario. */
export const scenarios = {
  progress: "news of progress, then the result",
  batch: "several results of one job, a delivery each",
  duplicate: "one delivery twice",
  "out-of-order": "the result before what should have come before it",
  "failed-then-retry": "a failure, then the same job's result",
  "retry-storm": "one delivery again and again by the provider's schedule, as if nobody answered",
} as const;

export type Scenario = keyof typeof scenarios;
