#!/usr/bin/env node
import { spawn } from "node:child_process";
// Starts dist/. Written so that an old Node can read it and say what is needed.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

var here = fileURLToPath(new URL("..", import.meta.url));
var version = process.versions.node.split(".").map(Number);

if (version[0] > 22 || (version[0] === 22 && version[1] >= 13)) {
  if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
    console.log(JSON.parse(readFileSync(`${here}package.json`, "utf8")).version);
  } else {
    import("../dist/cli.js");
  }
} else {
  runOnOwnNode();
}

function runOnOwnNode() {
  // There in a clone of the repository, whose npm scripts run on it too.
  var own = `${here}node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`;
  if (!existsSync(own)) {
    console.error(
      "hookspool: Node " +
        process.versions.node +
        " is too old, 22.13 or newer is needed (E_NODE). " +
        "Run: npx -y -p node@24 -p hookspool hookspool " +
        process.argv.slice(2).join(" "),
    );
    process.exit(2);
  }
  var child = spawn(own, process.argv.slice(1), { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; whoever kills the one means the other too.
  process.on("SIGINT", () => {});
  ["SIGTERM", "SIGHUP"].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? code : 128 + 15;
  });
}
