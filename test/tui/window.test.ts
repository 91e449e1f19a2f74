import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeliverySummary } from "../../src/core/delivery.ts";
import { emptyWindow, type HistoryWindow, withArrivals, withPage } from "../../src/tui/window.ts";
import { delivery } from "../support/delivery.ts";

const LIMIT = 3;

/** What may happen in any order: a commit, a notice of the oldest that nobody was told of yet, a look at the store. */
const steps = fc.array(fc.constantFrom("commit", "notice", "page", "page-with-commit-in-between"), {
  maxLength: 60,
});

test("pages and notices in any order: each delivery once, newest first, none left out", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (order, odd) => {
      const passes = ({ id }: DeliverySummary) => !odd || id % 2 === 1;
      const stored: DeliverySummary[] = [];
      let told = 0;
      let window: HistoryWindow = emptyWindow("newest");
      const commit = () => void stored.push(delivery({ id: stored.length + 1 }));
      const tell = () => {
        const next = stored[told];
        if (!next) return;
        told += 1;
        window = withArrivals(window, [next], passes, false);
      };
      const page = (between = () => {}) => {
        if (window.atOldest) return;
        const newest = stored.length;
        between();
        const older = stored.filter(({ id }) => id < window.oldest).toReversed();
        const read = older.slice(0, LIMIT);
        window = withPage(window, {
          direction: "older",
          deliveries: read.filter(passes),
          reached: read.at(-1)?.id ?? 0,
          newest,
          end: read.length < LIMIT,
        });
      };
      for (const step of order) {
        if (step === "commit") commit();
        else if (step === "notice") tell();
        else page(step === "page" ? undefined : commit);
        const ids = window.rows.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
      }
      while (told < stored.length) tell();
      while (!window.atOldest) page();
      expect(window.rows).toEqual(stored.filter(passes).toReversed());
    }),
  );
});
