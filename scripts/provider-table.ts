/**
 * Writes the table of providers into README.md, between `<!-- providers -->` and `<!-- /providers -->`.
 * `--check` writes nothing and fails when the table is stale. Another file may be named.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { retrySummary, schemeSummary } from "../src/inspect/describe-provider.ts";
import type { Provider } from "../src/providers/_provider.ts";
import { providers } from "../src/providers/_registry.ts";

const words = process.argv.slice(2);
const file =
  words.find((word) => !word.startsWith("--")) ?? fileURLToPath(new URL("../README.md", import.meta.url));
const between = /(<!-- providers -->\n)[\s\S]*?(<!-- \/providers -->)/;

const text = existsSync(file) ? readFileSync(file, "utf8") : "";
const wanted = text.replace(between, (_, begin: string, end: string) => begin + table(providers) + end);

if (!between.test(text)) fail(`${file} has no <!-- providers --> and <!-- /providers --> to write between`);
else if (wanted !== text && words.includes("--check")) fail(`${file} is stale: run npm run docs`);
else if (wanted !== text) writeFileSync(file, wanted);

function table(providers: readonly Provider[]): string {
  const head = ["Provider", "Id", "Signing", "Events", "Retries", "Certainty"];
  const rows = providers.map((provider) => [
    provider.sources[0]?.url === undefined ? provider.name : `[${provider.name}](${provider.sources[0].url})`,
    `\`${provider.id}\``,
    schemeSummary(provider),
    String(provider.events.length),
    retrySummary(provider.retries).replace("*", "\\*"),
    provider.certainty,
  ]);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return `${line(head)}${line(head.map(() => "---"))}${rows.map(line).join("")}\n\\* undocumented, our choice\n`;
}

function fail(why: string): void {
  console.error(why);
  process.exitCode = 1;
}
