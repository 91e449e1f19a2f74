/**
 * Bundles the program into dist/: few files, because finding and reading one is what costs at the start, and no
 * runtime dependencies, so that `npx` has one package to fetch. Adds the declarations of the library.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
const empty = `${root}scripts/stubs/empty.js`;

/**
 * Importing a built-in loads it with all that its exports need: `node:http` a WebSocket client (15 of 24 ms),
 * `node:fs` its streams, `node:crypto` all of webcrypto. Here each export is a getter, so that a built-in is
 * loaded by those who use it.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  resolveId(source, _importer, { kind }) {
    if (!source.startsWith("node:")) return null;
    // What is imported when it is needed stays as it is, and so does what the bundle itself starts with.
    const asItIs = kind === "dynamic-import" || source === "node:module";
    return asItIs ? { id: source, external: true } : `\0${source}`;
  },
  load(id) {
    if (!id.startsWith("\0node:")) return null;
    const path = id.slice(1);
    const load = `process.getBuiltinModule(${JSON.stringify(path)})`;
    const exports = process.getBuiltinModule(path) ?? {};
    // What is more than a plain object (a function, `node:process`) cannot be stood in for.
    if (Object.getPrototypeOf(exports) !== Object.prototype) return `module.exports = ${load};`;
    const getters = Object.keys(exports).map((name) => `get ${name}() { return builtin().${name}; }`);
    // Looked up once: where deliveries pass, an export is read thousands of times a second.
    const once = `let loaded; const builtin = () => (loaded ??= ${load});`;
    return `${once}\nmodule.exports = {\n${getters.join(",\n")}\n};`;
  },
};

/** A part of Ink's own, which only its renderer asks for. */
const inkOutput: Plugin = {
  name: "ink-output",
  resolveId(source, importer) {
    const isAsked = source === "./output.js" && /[\\/]ink[\\/]build[\\/]renderer\.js$/.test(importer ?? "");
    return isAsked ? `${root}scripts/stubs/ink-output.ts` : null;
  },
};

const input: InputOptions = {
  cwd: root,
  platform: "node",
  transform: {
    target: "node22.13",
    // React's development build renders 1.8 times slower.
    define: { "process.env.NODE_ENV": '"production"' },
  },
  resolve: {
    alias: {
      // Ink asks for it only when DEV=true.
      "react-devtools-core": empty,
      "string-width": `${root}scripts/stubs/string-width.ts`,
      // Registration is ours (src/tunnels/_localtunnel-registration.ts); the client's own never runs.
      axios: empty,
    },
  },
};

const output: OutputOptions = {
  dir: dist,
  format: "esm",
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
};

rmSync(dist, { recursive: true, force: true });
await bundleCommandLine();
for (const [name, entry] of Object.entries({
  index: "src/index.ts",
  "capture-thread": "src/wiring/capture-thread.ts",
  "background-thread": "src/wiring/background-thread.ts",
  "localtunnel-process": "src/tunnels/_localtunnel-process.ts",
  "program-process": "src/tunnels/_program-process.ts",
})) {
  const bundle = await rolldown({ ...input, input: { [name]: entry }, plugins: [lazyBuiltins] });
  await bundle.write({ ...output, codeSplitting: false });
}
await bundlePage();
writeDeclarations();

/** What every command needs is one file; what only some do, and late, are others. */
async function bundleCommandLine(): Promise<void> {
  const entry = `${root}src/cli/main.ts`;
  const reached = new Set<string>();
  const reach: Plugin = {
    name: "reach",
    buildEnd() {
      const follow = (id: string) => {
        if (reached.has(id)) return;
        reached.add(id);
        for (const next of this.getModuleInfo(id)?.importedIds ?? []) follow(next);
      };
      follow(entry);
    },
  };
  const bundle = await rolldown({
    ...input,
    input: { cli: entry },
    plugins: [lazyBuiltins, inkOutput, reach],
    // Some of what one command loads late is there from the start for another's sake: as it should be.
    checks: { ineffectiveDynamicImport: false },
  });
  await bundle.write({
    ...output,
    // The entry waits for the command to end: what the command loads must not wait for the entry in turn.
    codeSplitting: { groups: [{ name: "base", test: (id) => id !== entry && reached.has(id) }] },
  });
}

/** The web inspector's page, for browsers; dist/web/ is read when somebody looks. */
async function bundlePage(): Promise<void> {
  const folder = `${root}src/web/app`;
  const bundle = await rolldown({
    cwd: root,
    platform: "browser",
    input: { app: `${folder}/app.ts` },
    transform: { target: ["chrome120", "firefox120", "safari17"] },
  });
  await bundle.write({ dir: `${dist}/web`, format: "esm", minify: true, codeSplitting: false });
  for (const file of ["index.html", "app.css", "icon.svg"])
    copyFileSync(`${folder}/${file}`, `${dist}/web/${file}`);
}

function writeDeclarations(): void {
  const compiler = `${root}node_modules/typescript/bin/tsc`;
  const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.types.json"], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}
