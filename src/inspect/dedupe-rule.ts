import type { Provider, ProviderEvent } from "../providers/_provider.ts";
import { forgeDelivery } from "./forge.ts";
import { identify } from "./identify.ts";

const NOW = Date.UTC(2026, 0, 1);

/**
 * What a delivery's dedupe key is made of, found by making one: `id`, `jobId:event`, `webhook-id`. Fields of
 * the body stand as dotted paths, header fields under their names; `null` where there is no key.
 */
export function dedupeRule({ id: provider }: Provider, { name: event }: ProviderEvent): string | null {
  const { headers, body } = forgeDelivery({
    ...{ provider, event, now: NOW, random: distinctBytes(), secret: null, flaw: "unsigned" as const },
  });
  const { dedupeKey } = identify({ headers, body, provider });
  if (dedupeKey === null) return null;
  const json: unknown = JSON.parse(Buffer.from(body).toString());
  return nameParts(dedupeKey, [...leaves(json, ""), ...headers]);
}

/** Replaces each value in the key by its name, the longest that fits first. */
function nameParts(key: string, values: readonly (readonly [name: string, value: string])[]): string {
  const longestFirst = values.filter(([, value]) => value !== "").sort((a, b) => b[1].length - a[1].length);
  const parts: string[] = [];
  for (let rest = key; rest !== ""; ) {
    const [name, value] = longestFirst.find(([, value]) => startsWithPart(rest, value)) ?? ["…", rest];
    parts.push(name);
    rest = rest.slice(value.length + 1);
  }
  return parts.join(":");
}

const startsWithPart = (text: string, part: string) => text === part || text.startsWith(`${part}:`);

function leaves(json: unknown, path: string): [string, string][] {
  if (typeof json !== "object" || json === null) return [[path, String(json)]];
  return Object.entries(json).flatMap(([key, value]) => leaves(value, path === "" ? key : `${path}.${key}`));
}

/** Never the same twice, so that no two fields have one value by chance. */
function distinctBytes() {
  let count = 0;
  return (size: number) => {
    count += 1;
    return Uint8Array.from({ length: size }, (_, i) => (count * 151 + i * 83 + 17) % 251);
  };
}
