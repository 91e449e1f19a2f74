import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool } from "../support/hookspool.ts";

const script = async (shell: string) => (await hookspool(["completion", shell])).stdout;

/** What bash offers after these words. */
async function offered(...words: string[]): Promise<string[]> {
  const file = join(temporaryFolder(), "completion.bash");
  writeFileSync(file, await script("bash"));
  const line = words.map((word) => `'${word}'`).join(" ");
  const ask = `. ${file}; COMP_WORDS=(hookspool ${line}); COMP_CWORD=${words.length}; _hookspool; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync("bash", ["-c", ask], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
}

describe("in bash", () => {
  test.each([
    [["rep"], ["replay"]],
    [["forge", "waves"], ["wavespeed"]],
    [
      ["export", "--format", "h"],
      ["har", "http"],
    ],
    [["--dir", "x", "replay", "--res"], ["--resign"]],
    [["completion", "z"], ["zsh"]],
    [["--vers"], ["--version"]],
  ])("%j is completed to %j", async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });
});

const isHere = (shell: string) => spawnSync(shell, ["--version"]).error === undefined;

test.for(["zsh", "fish"])("%s reads its script", async (shell, { skip }) => {
  skip(!isHere(shell), `there is no ${shell} here`);
  const file = join(temporaryFolder(), "completion");
  writeFileSync(file, await script(shell));
  const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});

test("every script knows every command", async () => {
  const { stdout: help } = await hookspool(["help"]);
  const commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name as string);
  expect(commands.length).toBeGreaterThan(15);
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const text = await script(shell);
    for (const command of commands) expect(text, `${shell}: ${command}`).toContain(command);
  }
});

test("a shell that is not known: exit code 2", async () => {
  const { code, stderr } = await hookspool(["completion", "tcsh"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("(E_USAGE)")]);
});
