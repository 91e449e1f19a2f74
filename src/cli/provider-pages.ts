import {
  describeMs,
  describeProvider,
  type ProviderDescription,
  retrySummary,
  schemeSummary,
} from "../inspect/describe-provider.ts";
import { jsonLine } from "../log/json.ts";
import { providerNamed } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { providers } from "../providers/_registry.ts";
import { keySetVariable } from "../wiring/key-sets.ts";
import { secretVariable } from "../wiring/secrets.ts";
import type { Context } from "./context.ts";
import { outputColumns, type Paragraph, renderSections, renderTable, type Section } from "./layout.ts";

/**
 * One provider, or all as a table.
 *
 * @throws {AppError} E_NO_PROVIDER
 */
export async function showProviders(context: Context, id: string | undefined): Promise<undefined> {
  const shown: readonly Provider[] = id === undefined ? providers : [providerNamed(id)];
  if (context.json) {
    for (const provider of shown)
      await context.write(jsonLine({ v: 1, type: "provider", ...describeProvider(provider) }));
  } else if (id === undefined) await context.write(catalogueTable(shown, context));
  else for (const provider of shown) await context.write(page(describeProvider(provider), context));
  return undefined;
}

function catalogueTable(providers: readonly Provider[], { tones }: Context): string {
  const rows = providers.map((provider) => [
    `${provider.id}\n${provider.name}`,
    schemeSummary(provider),
    String(provider.events.length),
    retrySummary(provider.retries),
    provider.certainty,
  ]);
  const head = ["ID, NAME", "SCHEME", "EVENTS", "RETRIES", "CERTAINTY"];
  const [headLines = [], ...body] = renderTable([head, ...rows], {
    widths: [ID_WIDTH, 21, 6, 12],
    width: outputColumns(),
  });
  const inBold = (line: string) => tones.strong(line.slice(0, ID_WIDTH)) + line.slice(ID_WIDTH);
  return [
    ...headLines.map((line) => tones.dim(line)),
    ...body.flatMap(([first = "", ...more]) => [inBold(first), ...more]),
    "",
    tones.dim('* undocumented, our choice. All about one: "hookspool providers <id>".'),
    "",
  ].join("\n");
}

const ID_WIDTH = 18;

function page(provider: ProviderDescription, { tones }: Context): string {
  const { id, name, certainty, registration, limits } = provider;
  const sentences = (texts: readonly string[]) => texts.map((text) => ({ text: `- ${text}`, hang: 2 }));
  const dim = (text: string) => ({ text, style: tones.dim });
  const sections: readonly Section[] = [
    { label: "Your URL", paragraphs: [{ text: registration.how }] },
    { label: "Secret", paragraphs: secret(provider, tones.dim) },
    {
      label: "Signing",
      paragraphs: provider.schemes.length === 0 ? [unknownScheme] : signing(provider),
    },
    { label: "Headers", paragraphs: [{ text: provider.requestHeaders.join(", "), hang: 2 }] },
    { label: "Events", paragraphs: events(provider) },
    { label: "Dedupe by", paragraphs: dedupe(provider) },
    { label: "Retries", paragraphs: retries(provider) },
    {
      label: "Time limits",
      paragraphs: [
        {
          text: `Counted as failed after ${describeMs(limits.timeoutMs)}.${limits.advisedMs === null ? "" : ` Advised to answer within ${describeMs(limits.advisedMs)}.`}`,
        },
      ],
    },
    {
      label: "Sent from",
      paragraphs:
        provider.sourceAddresses.length === 0
          ? []
          : [{ text: provider.sourceAddresses.join(", ") }, dim("As documented; never enforced.")],
    },
    {
      label: "Result",
      paragraphs: provider.resultLookup === null ? [] : [{ text: `GET ${provider.resultLookup}` }],
    },
    { label: "Left open", paragraphs: sentences(provider.undocumented) },
    { label: "Our choice", paragraphs: sentences(provider.ourChoice) },
    {
      label: "Read on",
      paragraphs: provider.sources.map(({ title, url }) => ({
        text: url === undefined ? title : `${title}: ${url}`,
        hang: 2,
      })),
    },
  ];
  const body = renderSections(sections, { width: outputColumns(), label: tones.accent });
  return `${tones.strong(name)}  ${id}  ${tones.dim(certainty)}\n\n${body}`;
}

function secret(
  { id, secretSource, schemes }: ProviderDescription,
  style: Paragraph["style"] & {},
): Paragraph[] {
  if (secretSource === null) return [{ text: "None: nothing is signed." }];
  const isFetched = schemes.some(({ jwksUrl }) => jwksUrl !== null);
  const setting = `hookspool secret set ${id}`;
  const elsewhere = `From another address: ${keySetVariable(id)}=<url>`;
  return [
    { text: secretSource },
    {
      text: isFetched
        ? `Offline: ${setting} < jwks.json. ${elsewhere}`
        : `${setting}, or ${secretVariable(id)}`,
      style,
    },
  ];
}

const unknownScheme = { text: "How deliveries are signed is not known well enough to check them." };

function signing({ schemes }: ProviderDescription): Paragraph[] {
  return schemes.map(({ scheme, description, params, optional, note, jwksUrl, ...use }) => {
    const facts = [
      `${scheme}: ${description}.`,
      use.secretKind === "none" ? null : `The secret is used ${use.secretUse}.`,
      use.toleranceSeconds === null ? null : `At most ${describeMs(use.toleranceSeconds * 1000)} old.`,
      optional ? "Optional." : null,
      ...Object.entries(params).map(([name, value]) => `Its ${name}: ${value}.`),
      note,
      jwksUrl && `Public keys: ${jwksUrl}`,
    ];
    return { text: facts.filter(Boolean).join(" "), hang: 2 };
  });
}

function events({ events }: ProviderDescription): Paragraph[] {
  const longest = Math.min(Math.max(...events.map(({ name }) => name.length)), 30);
  return events.map(({ name, event, about }) => ({
    text: `${name.padEnd(longest)}  ${event ?? "no news of a job"}${about === null ? "" : `: ${about}`}`,
    hang: longest + 2,
  }));
}

/** Once where all events have one rule. */
function dedupe({ events }: ProviderDescription): Paragraph[] {
  const byRule = new Map<string, string[]>();
  for (const { name, dedupeKey } of events) {
    const rule = dedupeKey?.replaceAll(":", " and ") ?? "nothing, each is new";
    byRule.set(rule, [...(byRule.get(rule) ?? []), name]);
  }
  return [...byRule].map(([rule, names]) => ({
    text: byRule.size === 1 ? rule : `${rule} (${names.join(", ")})`,
    hang: 2,
  }));
}

function retries({ retries: policy }: ProviderDescription): Paragraph[] {
  const { delaysMs, jitter, success, final, retried, afterLast, certainty } = policy;
  const retries = delaysMs.length - 1;
  const count =
    retries === 0
      ? "None"
      : retries === 1
        ? "1 after the first delivery"
        : `${retries} after the first delivery`;
  let sinceFirst = 0;
  const rows = delaysMs.slice(1).map((delay, i) => {
    sinceFirst += delay;
    const wait = `${String(i + 1).padStart(2)}  after ${describeMs(delay)}`;
    return { text: i === 0 ? wait : `${wait.padEnd(25)}${describeMs(sinceFirst)} since the first` };
  });
  const rules = [
    jitter > 0 ? `Up to ${Math.round(jitter * 100)} % more at random.` : null,
    `Received: an answer of ${success[0]} to ${success[1]}.`,
    final === null ? null : `Given up at once after ${final[0]} to ${final[1]}.`,
    retried === "end-states" ? "News of progress is sent once." : null,
    `After the last: ${afterLast.charAt(0).toLowerCase()}${afterLast.slice(1)}`,
  ];
  const said = { documented: "documented", "in part": "documented in part", "our choice": "our choice" }[
    certainty
  ];
  return [{ text: `${count}, ${said}.` }, ...rows, { text: rules.filter(Boolean).join(" ") }];
}
