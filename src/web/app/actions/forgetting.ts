import { choose } from "../dialogs/choose.ts";
import { say } from "../messages.ts";
import { type ActionContext, nameOf, tried, withChosen } from "./context.ts";

/** Deliveries forgotten in one go. */
const REMOVED_AT_ONCE = 500;

/** What cannot be taken back; it asks first. */
export function createForgetting(context: ActionContext) {
  const { api, deliveries, removed } = context;

  async function forget(ids: readonly number[]) {
    const sure = await choose(`Forget ${nameOf(ids)}? Bodies and attempts go with it.`, [
      { key: "y", name: "Forget", value: true },
    ]);
    if (!sure) return;
    await api.remove(ids);
    removed(ids);
    say(`forgot ${nameOf(ids)}`, "good");
  }

  /** Everything that passes the filter, also what is not loaded. */
  async function clear() {
    const { source } = deliveries.filter();
    const what = source === "" ? "everything that is stored" : `everything that passes "${source}"`;
    const sure = await choose(`Forget ${what}?`, [{ key: "y", name: "Forget", value: true }]);
    if (!sure) return;
    let count = 0;
    let before: number | undefined;
    for (;;) {
      const page = await api.find({ filter: source, before, limit: REMOVED_AT_ONCE });
      const ids = page.deliveries.map(({ id }) => id);
      if (ids.length > 0) count += (await api.remove(ids)).removed;
      removed(ids);
      if (page.next === null) break;
      before = page.next;
    }
    say(`forgot ${count} deliveries`, "good");
  }

  return { delete: withChosen(context, forget), clear: tried(clear) };
}
