import { expect, test } from "vitest";
import { AppError, fromErrorRecord, systemCode, toErrorRecord } from "../../src/core/errors.ts";

test.each([
  ["user", 2],
  ["network", 3],
  ["environment", 5],
  ["bug", 70],
] as const)("a fault of the %s ends with %i", (fault, exitCode) =>
  expect(new AppError("no", { code: "E_X", fault, hint: "Do so." }).exitCode).toBe(exitCode),
);

test("an error crosses a thread boundary whole", () => {
  const cause = Object.assign(new Error("disk"), { code: "ENOSPC" });
  const error = new AppError("full", {
    code: "E_X",
    fault: "environment",
    hint: "Free some.",
    exitCode: 4,
    cause,
  });
  const record = structuredClone(toErrorRecord(error));
  expect(fromErrorRecord(record)).toMatchObject({
    code: "E_X",
    message: "full",
    hint: "Free some.",
    exitCode: 4,
  });
  expect(record.stack).toContain("disk");
});

test.each([[new TypeError("x is undefined")], ["a string"], [undefined]])("%s is a bug", (thrown) =>
  expect(toErrorRecord(thrown)).toMatchObject({ code: "E_BUG", fault: "bug", exitCode: 70 }),
);

test.each([
  [Object.assign(new Error(), { code: "EPIPE" }), "EPIPE"],
  [Object.assign(new Error(), { code: 5 }), undefined],
  [{ code: "EPIPE" }, undefined],
])("the system's code of %j is %s", (error, code) => expect(systemCode(error)).toBe(code));
