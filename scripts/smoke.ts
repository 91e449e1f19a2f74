/**
 * Runs the packed package, installed as a user installs it, on the oldest and the newest Node that it is for.
 * The registry's `node` package provides them.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const versions = ["22.13.0", "26"];

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hookspool-smoke-"));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

try {
  const packed = JSON.parse(
    run(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root),
  );
  const tarball = join(folder, packedName(packed));
  for (const version of versions) smoke(version, tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function smoke(version: string, tarball: string): void {
  const home = join(folder, version);
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  run(
    npm,
    [
      "install",
      "--prefix",
      home,
      "--no-audit",
      "--no-fund",

      tarball,
      `node@${version}`,
    ],
    folder,
  );
  const node = join(home, "node_modules", "node", "bin", "node");
  const bin = join(home, "node_modules", "hookspool", "bin", "hookspool.js");
  const dir = join(home, "data");
  const found = run(node, ["--version"], home).trim();

  expect(run(node, [bin, "--version"], home), /^\d+\.\d+\.\d+\n$/, `${found}: --version`);
  const demo = lines(run(node, [bin, "demo", "--json", "--dir", dir], home));
  expect(
    demo
      .map(({ type }) => type)
      .sort()
      .join(" "),
    /^(attempt ){3}(delivery ){3}ready$/,
    `${found}: demo`,
  );
  const list = lines(run(node, [bin, "ls", "--json", "--dir", dir], home));
  expect(list.map(({ lastStatus }) => lastStatus).join(" "), /^200 200 200$/, `${found}: ls`);
  const library = 'import { providers } from "hookspool"; console.log(providers.length)';
  expect(run(node, ["--input-type=module", "-e", library], home), /^\d+\n$/, `${found}: the library`);
}

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${error ?? ""}${stdout}${stderr}`);
  return stdout;
}

function lines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** npm 11 lists what it packed, npm 12 names it. */
function packedName(packed: { filename: string }[] | Record<string, { filename: string }>): string {
  const [first] = Object.values(packed);
  if (!first) throw new Error("npm pack packed nothing");
  return first.filename;
}

function expect(text: string, pattern: RegExp, what: string): void {
  if (!pattern.test(text)) throw new Error(`${what}: ${JSON.stringify(text)} is not ${pattern}`);
  console.log(`ok ${what}`);
}
