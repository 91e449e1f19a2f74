#!/usr/bin/env node
// Starts dist/. Written so that an old Node can read it and say what is needed.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);
const words = process.argv.slice(2);

if (major < 22 || (major === 22 && minor < 13)) {
  runOnOwnNode();
} else if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
  console.log(JSON.parse(readFileSync(`${here}package.json`, "utf8")).version);
} else {
  import("../dist/cli.js");
}

function runOnOwnNode() {
  // There in a clone of the repository, whose npm scripts run on it too.
  const own = `${here}node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`;
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
