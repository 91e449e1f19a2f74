/**
 * Bundles the program into dist/: one ESM bundle in chunks, so that a command loads only what it uses and
 * `npx` has one package to fetch. `--types` adds the declarations of the library (done on `prepare`).
 */

import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;

rmSync(dist, { recursive: true, force: true });

/**
 * Importing a built-in loads it with all that its exports need: `node:http` a WebSocket client (15 of 24 ms),
 * `node:fs` its streams, `node:crypto` all of webcrypto. Here each export is a getter, so that a built-in is
 * loaded by those who use it.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin" }));
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => {
      const load = `process.getBuiltinModule(${JSON.stringify(path)})`;
      const exports = process.getBuiltinModule(path);
      // What is more than a plain object (a function, `node:process`) cannot be stood in for.
      if (Object.getPrototypeOf(exports) !== Object.prototype)
        return { contents: `module.exports = ${load};` };
      const getters = Object.keys(exports ?? {}).map((name) => `get ${name}() { return ${load}.${name}; }`);
      return { contents: `module.exports = {\n${getters.join(",\n")}\n};` };
    });
  },
};

const shared: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22.13",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  // React's development build renders 1.8 times slower.
  define: { "process.env.NODE_ENV": '"production"' },
  alias: {
    // Ink asks for it only when DEV=true.
    "react-devtools-core": "./scripts/stubs/empty.js",
    // Registration is ours (src/tunnels/_localtunnel-registration.ts); the client's own never runs.
    axios: "./scripts/stubs/empty.js",
  },
  // Bundled CommonJS modules still say require().
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  plugins: [lazyBuiltins],
  logLevel: "warning",
};

// A command loads its own chunks; finding and reading a file is what costs, so nothing else shares them.
await build({ ...shared, entryPoints: { cli: "src/cli/main.ts" }, splitting: true });
await build({
  ...shared,
  entryPoints: {
    index: "src/index.ts",
    "capture-thread": "src/wiring/capture-thread.ts",
    "background-thread": "src/wiring/background-thread.ts",
    "localtunnel-process": "src/tunnels/_localtunnel-process.ts",
  },
});

// The web inspector's page: a bundle for browsers, read from dist/web/ when somebody looks.
await build({
  absWorkingDir: root,
  outdir: `${dist}/web`,
  entryPoints: ["src/web/app/app.ts", "src/web/app/app.css"],
  bundle: true,
  format: "esm",
  platform: "browser",
  target: ["chrome120", "firefox120", "safari17"],
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});
for (const file of ["index.html", "icon.svg"])
  copyFileSync(`${root}src/web/app/${file}`, `${dist}/web/${file}`);

const types = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, "-p", "tsconfig.types.json"],
  {
    cwd: root,
    stdio: "inherit",
  },
);
process.exit(types.status ?? 1);
