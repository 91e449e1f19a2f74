import { isSuccess } from "../core/attempt.ts";
import { type Condition, folded, type TextField, type Trait } from "../core/condition.ts";
import type { DeliverySummary } from "../core/delivery.ts";

/** Whether a delivery is what is asked for. `store/condition-sql.ts` says the same in SQL. */
export function satisfies(delivery: DeliverySummary, condition: Condition): boolean {
  const { lastStatus, lastOutcome } = delivery;
  switch (condition.is) {
    case "all":
      return condition.of.every((part) => satisfies(delivery, part));
    case "any":
      return condition.of.some((part) => satisfies(delivery, part));
    case "not":
      return !satisfies(delivery, condition.of);
    case "text": {
      const text = fieldText(delivery, condition.field);
      return text !== null && compare(folded(text), condition);
    }
    case "number-contains":
      return `#${delivery.id}`.includes(condition.text);
    case "verdict":
      return delivery.verdict === condition.of || delivery.reason === condition.of;
    case "status":
      return lastStatus?.toString().startsWith(condition.begins) ?? false;
    case "no-status":
      return lastStatus === null;
    case "outcome":
      return lastStatus === null && (lastOutcome?.startsWith(condition.begins) ?? false);
    case "trait":
      return hasTrait[condition.of](delivery);
    case "received":
      return delivery.receivedAt >= condition.since && delivery.receivedAt < condition.until;
  }
}

function compare(text: string, asked: Condition & { readonly is: "text" }): boolean {
  switch (asked.how) {
    case "equals":
      return text === asked.text;
    case "begins":
      return text.startsWith(asked.text);
    case "contains":
      return text.includes(asked.text);
  }
}

const fieldText = (delivery: DeliverySummary, field: TextField): string | null =>
  field === "target" ? delivery.lastTarget : delivery[field];

const hasTrait: Readonly<Record<Trait, (delivery: DeliverySummary) => boolean>> = {
  /** A handler did not answer 2xx, the delivery was turned away, or its signature does not hold. */
  failure: ({ refusal, verdict, lastOutcome, lastStatus }) =>
    refusal !== null ||
    verdict === "rejected" ||
    (lastOutcome !== null && !(lastOutcome === "responded" && isSuccess(lastStatus))),
  owed: ({ owed }) => owed,
  duplicate: ({ duplicateOf }) => duplicateOf !== null,
  forged: ({ origin }) => origin === "forged",
  imported: ({ origin }) => origin === "imported",
  captured: ({ origin }) => origin === "captured",
  refused: ({ refusal }) => refusal !== null,
  replayed: ({ attempts }) => attempts > 1,
};
