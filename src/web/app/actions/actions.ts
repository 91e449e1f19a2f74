import { createComparing } from "./comparing.ts";
import type { ActionContext } from "./context.ts";
import { createCopying } from "./copying.ts";
import { createForgetting } from "./forgetting.ts";
import { createSending } from "./sending.ts";

export type Actions = ReturnType<typeof createActions>;

/** All that a person can do, each with what it says while and after it is done. */
export const createActions = (context: ActionContext) => ({
  ...createSending(context),
  ...createComparing(context),
  ...createCopying(context),
  ...createForgetting(context),
});
