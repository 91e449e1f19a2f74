import { isSkipped } from "../inspect/conformance/_case.ts";
import { type Group, groupOf, groups } from "../inspect/conformance/cases.ts";
import { isMiss, type Result } from "../inspect/conformance/judge.ts";

interface JUnitOptions {
  readonly results: readonly Result[];
  /** What was checked, as the suites are named: `wavespeed`. */
  readonly name: string;
  /** Duration of the whole. */
  readonly ms: number;
}

/**
 * The results as JUnit XML, which CI servers read: a suite for each group. A warning passes there, as the
 * format knows none, and says itself in the case's output.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function junitXml({ results, name, ms }: JUnitOptions): string {
  const suites = (Object.keys(groups) as Group[])
    .map((group) => ({ group, cases: results.filter((result) => groupOf(result) === group) }))
    .filter(({ cases }) => cases.length > 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="hookspool check ${escaped(name)}" ${counts(results)} time="${seconds(ms)}">`,
    ...suites.flatMap(({ group, cases }) => [
      `  <testsuite name="${escaped(groups[group])}" ${counts(cases)}>`,
      ...cases.map((result) => testcase(result, name)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function testcase(result: Result, suite: string): string {
  const head = `    <testcase classname="${escaped(suite)}.${groupOf(result)}" name="${escaped(result.name)}"`;
  if (isSkipped(result))
    return `${head} time="0">\n      <skipped message="${escaped(result.reason)}"/>\n    </testcase>`;
  const open = `${head} time="${seconds(result.ms)}"`;
  if (result.pass) return `${open}/>`;
  const missed = `expected ${result.expected}, got ${result.got}`;
  const text = [result.title, result.why, result.source].filter((part) => part !== null).join("\n");
  const detail =
    result.severity === "error"
      ? `<failure message="${escaped(missed)}">${escaped(text)}</failure>`
      : `<system-out>${escaped(`warning: ${missed}\n${text}`)}</system-out>`;
  return `${open}>\n      ${detail}\n    </testcase>`;
}

function counts(results: readonly Result[]): string {
  const failures = results.filter((result) => isMiss(result) && result.severity === "error").length;
  return `tests="${results.length}" failures="${failures}" errors="0" skipped="${results.filter(isSkipped).length}"`;
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 has no way to write most control characters, escaped or not. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"]/g, (character) => entities[character] ?? character)
  );
}
