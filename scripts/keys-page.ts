/**
 * Writes docs/keys.md from the table of keys. `--check` writes nothing and fails when the page is stale. Another
 * file may be named.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { filterExamples } from "../src/inspect/filter.ts";
import { type Binding, keyLabel, keymap } from "../src/tui/keymap.ts";
import { markMeanings } from "../src/tui/list-row.ts";

const words = process.argv.slice(2);
const file =
  words.find((word) => !word.startsWith("--")) ?? fileURLToPath(new URL("../docs/keys.md", import.meta.url));

const head = `# Keys of the terminal UI

Written by \`scripts/keys-page.ts\` from the table that the keyboard and the help screen (\`?\`) are made of.
\`hookspool 3000 --mouse\` lets the wheel scroll and a click select; without it the mouse selects text.
`;

const places = {
  list: "list",
  detail: "delivery",
  filter: "filter",
  line: "command line",
  forge: "forging",
  copy: "copying",
  export: "exporting",
  remove: "forgetting",
  resign: "after an edit",
  diff: "comparison",
  help: "help",
} as const;

const text = existsSync(file) ? readFileSync(file, "utf8") : "";
const wanted = page();

if (wanted !== text && words.includes("--check")) {
  console.error(`${file} is stale: run npm run docs:keys`);
  process.exitCode = 1;
} else if (wanted !== text) writeFileSync(file, wanted);

function page(): string {
  const groups = Object.entries(keymap).map(([group, bindings]) => `## ${group}\n\n${table(bindings)}`);
  return `${head}\n${groups.join("\n")}\n${tail()}`;
}

function table(bindings: readonly Binding[]): string {
  const rows = bindings.map(({ keys, where, does, command }) => [
    keys.map((key) => `\`${keyLabel(key)}\``).join(" "),
    cell(does),
    where.map((place) => places[place]).join(", "),
    `\`:${command}\``,
  ]);
  const isAsked = bindings.every(({ where }) => !where.includes("list") && !where.includes("detail"));
  // What only answers a question has no name on the command line.
  const shown = isAsked ? rows.map((row) => row.slice(0, 3)) : rows;
  const titles = ["Key", "What it does", "Where", "Command"].slice(0, isAsked ? 3 : 4);
  return [titles, titles.map(() => "---"), ...shown].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function tail(): string {
  const marks = markMeanings.map(([mark, meaning]) => `| \`${mark}\` | ${meaning} |\n`).join("");
  return `## Filters

Every term holds: ${filterExamples.map((example) => `\`${example}\``).join(", ")}. \`-status:2xx\` is the opposite,
\`status:4xx,5xx\` either of two, \`"two words"\` keeps a space.

## Marks at the end of a row

| Mark | Meaning |
| --- | --- |
${marks}`;
}
