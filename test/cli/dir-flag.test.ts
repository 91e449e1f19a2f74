import { expect, test } from "vitest";
import { typedDirFlag, withFlag } from "../../src/cli/dir-flag.ts";

test.each([
  [["forge", "fal", "completed"], ""],
  [["forge", "--dir", "data"], " --dir data"],
  [["forge", "--dir=a b"], ' --dir "a b"'],
  [["--dir", "one", "forge", "--dir", "two"], " --dir two"],
  [["forge", "--dir"], ""],
])("after %j, the flag is %j", (words, flag) => {
  expect(typedDirFlag(words)).toBe(flag);
});

test("every command that a hint suggests finds the same data", () => {
  const hint = 'Run "hookspool secret set fal", or see "hookspool secret --help" and "hookspool ls".';
  expect(withFlag(hint, " --dir data")).toBe(
    'Run "hookspool secret set fal --dir data", or see "hookspool secret --help" and "hookspool ls --dir data".',
  );
});
