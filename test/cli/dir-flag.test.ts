import { expect, test } from "vitest";
import { withDirFlag } from "../../src/cli/dir-flag.ts";

const hint = 'Run "hookspool secret set fal", or see "hookspool secret --help".';

test.each([
  [["forge", "fal", "completed"], hint],
  [
    ["forge", "--dir", "data"],
    'Run "hookspool secret set fal --dir data", or see "hookspool secret --help".',
  ],
  [["forge", "--dir=a b"], 'Run "hookspool secret set fal --dir "a b"", or see "hookspool secret --help".'],
  [["forge", "--dir"], hint],
])("after %j, a suggested command finds the same data", (words, expected) => {
  expect(withDirFlag(hint, words)).toBe(expected);
});
