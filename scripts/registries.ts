/**
 * Writes the `_registry.ts` of each folder in which one file is one entry. `--check` writes nothing and fails
 * when one is stale.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Folder {
  readonly path: string;
  /** What an entry's export ends in. */
  readonly noun: string;
  readonly content: (names: readonly string[]) => string;
}

const notice = "// Written by scripts/registries.ts; do not edit.\n";

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const list =
  (noun: string, type: string, typeFile: string, exported: string) => (names: readonly string[]) => {
    const entries = names.map((name) => `${camelCase(name)}${noun}`);
    const imports = names.map((name, i) => ({
      from: `./${name}.ts`,
      line: `import { ${entries[i]} } from "./${name}.ts";`,
    }));
    const typeImport = { from: typeFile, line: `import type { ${type} } from "${typeFile}";` };
    const lines = [typeImport, ...imports].map(({ line }) => line).join("\n");
    return `${notice}${lines}\n\nexport const ${exported} = [\n${entries.map((entry) => `  ${entry},\n`).join("")}] as const satisfies readonly ${type}[];\n`;
  };

const folders: readonly Folder[] = [
  {
    path: "src/cli/commands",
    noun: "Command",
    content: list("Command", "CommandDefinition", "./_command.ts", "commands"),
  },
  {
    path: "src/tunnels",
    noun: "Tunnel",
    content: list("Tunnel", "TunnelDriver", "../core/tunnel.ts", "tunnels"),
  },
  {
    path: "src/formats",
    noun: "Format",
    content: list("Format", "Format", "./_format.ts", "formats"),
  },
  {
    path: "src/providers",
    noun: "Provider",
    content: list("Provider", "Provider", "./_provider.ts", "providers"),
  },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const checking = process.argv.includes("--check");
let stale = 0;

for (const { path, noun, content } of folders) {
  const names = readdirSync(root + path)
    .filter((file) => /^[^_.].*\.ts$/.test(file))
    .map((file) => file.slice(0, -3))
    .sort();
  for (const name of names) requireExport(`${path}/${name}.ts`, `${camelCase(name)}${noun}`);
  const file = `${path}/_registry.ts`;
  const wanted = content(names);
  if (existsSync(root + file) && readFileSync(root + file, "utf8") === wanted) continue;
  stale += 1;
  if (checking) console.error(`${file} is stale: run npm run registries`);
  else writeFileSync(root + file, wanted);
}

process.exitCode = checking && stale > 0 ? 1 : 0;

function requireExport(file: string, name: string): void {
  if (new RegExp(`export const ${name}\\b`).test(readFileSync(root + file, "utf8"))) return;
  console.error(`${file} must export const ${name}, or its name start with _ if it is no entry`);
  stale += 1;
}
