import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../results.md", import.meta.url));

const title = `# Results

Written by the benches, each its own section; \`bench/README.md\` says how to run them.
`;

/** Puts a bench's section into \`bench/results.md\`, in the place of its former one. */
export function writeSection(name: string, markdown: string): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : title;
  writeFileSync(file, withSection(before, name, markdown));
}

/** A section stands between two comments with its name; a new one comes last. */
export function withSection(document: string, name: string, markdown: string): string {
  const begin = `<!-- begin ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const section = `${begin}\n${markdown.trim()}\n${end}`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to === -1) return `${document.trimEnd()}\n\n${section}\n`;
  return document.slice(0, from) + section + document.slice(to + end.length);
}
