import type { Provider } from "../../providers/_provider.ts";

/** What a page says that bears on a case and is nowhere in the catalogue's entry. */
interface Facts {
  /** A flag that says a result was found unfit, as an assignment to the completed sample. */
  readonly nsfw?: { readonly set: string; readonly source: string };
  /** A page says that a failure comes without outputs. */
  readonly failsWithoutOutputs?: string;
  /** No page gives a signature an age limit. */
  readonly noAgeLimit?: true;
}

export const factsOf = ({ id }: Provider): Facts => facts[id] ?? {};

const facts: Readonly<Record<string, Facts>> = {
  wavespeed: {
    nsfw: {
      set: "has_nsfw_contents=[true]",
      source: "WaveSpeedAI: Webhooks (API documentation), the field has_nsfw_contents",
    },
    failsWithoutOutputs: 'WaveSpeedAI: How to Use Webhooks: "Only present when status is completed"',
  },
  runware: {
    nsfw: { set: "NSFWContent=true", source: "Runware/sdk-python, runware/types.py, the field NSFWContent" },
  },
  // Their official libraries check none, or the page read names none.
  replicate: { noAgeLimit: true },
  freepik: { noAgeLimit: true },
  ideogram: { noAgeLimit: true },
};

/** The page where the provider speaks of deliveries, to stand in a sentence. */
export const deliverySource = ({ sources }: Provider): string | null => textOf(sources[0]);

/** The page where it speaks of signatures. */
export function signingSource({ sources }: Provider): string | null {
  return textOf(sources.find(({ title }) => /verif|secur|sign/i.test(title)) ?? sources[0]);
}

function textOf(source: Provider["sources"][number] | undefined): string | null {
  if (source === undefined) return null;
  return source.url === undefined ? source.title : `${source.title}, ${source.url}`;
}
