import { showDiff } from "../dialogs/diff.ts";
import { say } from "../messages.ts";
import { type ActionContext, withChosen } from "./context.ts";

/** Shows what differs between two deliveries. */
export function createComparing(context: ActionContext) {
  const { api, selected } = context;

  async function diff(ids: readonly number[]) {
    const id = selected();
    const others = ids.filter((one) => one !== id);
    // The older one stands on the left.
    const pair = (ids.length === 2 ? [...ids] : id === undefined ? [] : [others[0], id])
      .filter((one) => one !== undefined)
      .sort((a, b) => a - b);
    const [left, right] = pair;
    if (left === undefined || right === undefined || ids.length > 2)
      return say("mark one delivery with v, and select another to compare it with", "warn");
    showDiff(await api.diff(left, right), left, right);
  }

  return { diff: withChosen(context, diff) };
}
