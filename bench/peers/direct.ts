import type { Contender } from "./contender.ts";

/** Nobody in between. */
export const direct: Contender = {
  name: "direct",
  keeps: "–",
  version: () => "",
  install: "",
  start: async ({ target }) => ({ port: target }),
};
