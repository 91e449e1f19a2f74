import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Delivery } from "../../src/core/delivery.ts";
import { curlFormat } from "../../src/formats/curl.ts";
import { redactExport } from "../../src/inspect/redact.ts";
import { delivery } from "../support/delivery.ts";

const withHeaders = (headers: Delivery["headers"]): Delivery => ({
  ...delivery(),
  headers,
  httpVersion: "1.1",
  peer: null,
  explanation: "",
  digest: "",
});

/** The command that is exported. */
function curlCommand(delivery: Delivery, url: string, body: Uint8Array): string {
  return [...curlFormat.write([redactExport({ delivery, body, url, attempts: [] })])].join("");
}

/** What a shell hands to curl: its words, one a line, and its standard input. */
function run(command: string): string {
  const script = `curl() { printf '<%s>\\n' "$@"; case "$*" in *@-*) cat;; esac; }\n${command}`;
  return spawnSync("sh", ["-c", script], { input: "", encoding: "latin1" }).stdout;
}

test("the shell hands curl exactly the body, whatever quotes stand in it", () => {
  const body = `{"it's":"$HOME \`id\` \\"\n}`;
  expect(run(curlCommand(withHeaders([]), "http://localhost:3000/a?b=1&c=2", Buffer.from(body)))).toBe(
    `<-X>\n<POST>\n<http://localhost:3000/a?b=1&c=2>\n<--data-binary>\n<${body}>\n`,
  );
});

test.each([
  ["bytes that are no text", Buffer.from([0, 255, 10, 13])],
  ["what curl would take for a file", Buffer.from("@/etc/passwd")],
])("%s come through standard input", (_case, body) => {
  const given = run(curlCommand(withHeaders([]), "http://localhost:3000/", body));
  expect(given.endsWith(`<@->\n${body.toString("latin1")}`)).toBe(true);
});

test("secrets are masked, and what curl sets itself is left out", () => {
  const command = curlCommand(
    withHeaders([
      ["Host", "hooks.example"],
      ["Content-Type", "application/json"],
      ["Webhook-Signature", "v1,abcdefghijklmnop"],
    ]),
    "http://localhost:3000/",
    new Uint8Array(),
  );
  expect(command).toContain("'Content-Type: application/json'");
  expect(command).toContain("v1,a••••");
  expect(command).not.toContain("hooks.example");
});
