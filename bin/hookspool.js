#!/usr/bin/env node
// Starts dist/. Written so that an old Node can read it and say what is needed. Nothing is imported up front:
// that alone would take a tenth of the time that "hookspool ls" takes.
const [major, minor] = process.versions.node.split(".").map(Number);
const words = process.argv.slice(2);

if (major < 22 || (major === 22 && minor < 13)) {
  runOnOwnNode();
} else if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
  const manifest = process
    .getBuiltinModule("node:fs")
    .readFileSync(new URL("../package.json", import.meta.url));
  console.log(JSON.parse(manifest).version);
} else {
  // Compiled code is kept from one run to the next, in the system's folder for temporary files.
  process.getBuiltinModule("node:module").enableCompileCache();
  import("../dist/cli.js");
}

async function runOnOwnNode() {
  const [{ spawn }, { existsSync }, { constants }, { fileURLToPath }] = await Promise.all([
    import("node:child_process"),
    import("node:fs"),
    import("node:os"),
    import("node:url"),
  ]);
  // There in a clone of the repository, whose npm scripts run on it too.
  const name = process.platform === "win32" ? "node.exe" : "node";
  const own = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  if (!existsSync(own)) {
    console.error(
      `hookspool: Node ${process.versions.node} is too old, 22.13 or newer is needed (E_NODE). ` +
        `Run: npx -y -p node@24 -p hookspool hookspool ${words.join(" ")}`,
    );
    process.exit(2);
  }
  // The channel tells the child when this process is killed, so that it is not left behind.
  const child = spawn(own, process.argv.slice(1), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: Object.assign({}, process.env, { HOOKSPOOL_ENDS_WITH_PARENT: "1" }),
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}
