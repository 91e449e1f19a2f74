import { AppError } from "./errors.ts";
import type { DeliveryReader } from "./ports.ts";

/** How deliveries are named: `12`, `latest`, `latest~2`, `3..7`, `3,5,latest`. */
type Selector =
  | { readonly kind: "number"; readonly id: number }
  | { readonly kind: "latest"; readonly back: number }
  | { readonly kind: "range"; readonly first: number; readonly last: number };

type Source = Pick<DeliveryReader, "nth" | "idsBetween">;

/**
 * The numbers that these words name, in the order given, each once.
 *
 * @throws {AppError} E_SELECTOR where a word names nothing, E_NO_DELIVERY where what it names does not exist.
 */
export function resolveSelectors(words: readonly string[], source: Source): number[] {
  const ids = words.flatMap((word) => word.split(",")).flatMap((part) => resolve(parse(part.trim()), source));
  return [...new Set(ids)];
}

/**
 * The one delivery that a word names.
 *
 * @throws {AppError} as {@link resolveSelectors}; E_SELECTOR where it names several.
 */
export function resolveSelector(word: string, source: Source): number {
  const [id, ...more] = resolveSelectors([word], source);
  if (id === undefined || more.length > 0) throw badSelector(word, "names more than one delivery");
  return id;
}

function parse(part: string): Selector {
  const number = /^#?(\d+)$/.exec(part);
  if (number) return { kind: "number", id: Number(number[1]) };
  const latest = /^latest(?:~(\d+))?$/.exec(part);
  if (latest) return { kind: "latest", back: Number(latest[1] ?? 0) };
  const range = /^(\d+)\.\.(\d+)$/.exec(part);
  if (range) return { kind: "range", first: Number(range[1]), last: Number(range[2]) };
  throw badSelector(part, "names no delivery");
}

function resolve(selector: Selector, source: Source): number[] {
  switch (selector.kind) {
    case "number":
      return existing([selector.id], `delivery ${selector.id}`, source);
    case "latest": {
      const id = source.nth(selector.back);
      if (id === undefined)
        throw noDelivery(selector.back === 0 ? "delivery" : `delivery latest~${selector.back}`);
      return [id];
    }
    case "range": {
      const [first, last] = [
        Math.min(selector.first, selector.last),
        Math.max(selector.first, selector.last),
      ];
      const ids = source.idsBetween(first, last);
      if (ids.length === 0) throw noDelivery(`delivery from ${first} to ${last}`);
      return selector.first <= selector.last ? ids : ids.reverse();
    }
  }
}

function existing(ids: number[], name: string, source: Source): number[] {
  if (ids.every((id) => source.idsBetween(id, id).length === 1)) return ids;
  throw noDelivery(name);
}

function noDelivery(what: string): AppError {
  return new AppError(`no ${what} in this data directory`, {
    code: "E_NO_DELIVERY",
    fault: "user",
    hint: 'Run "hookspool ls" to see what there is.',
  });
}

function badSelector(word: string, why: string): AppError {
  return new AppError(`"${word}" ${why}`, {
    code: "E_SELECTOR",
    fault: "user",
    hint: "Deliveries are named 12, latest, latest~2, 3..7 or 3,5,9.",
  });
}
