import fc from "fast-check";
import { expect, test } from "vitest";
import { editableText, editedBytes } from "../../src/web/app/edited-text.ts";

/** What a text field makes of a text. */
const inField = (text: string) => text.replace(/\r\n?/g, "\n");

test("what was not changed goes back to the byte", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "é", "\r", "\n", "\r\n", "\uFEFF", '"') }), (text) => {
      const bytes = new TextEncoder().encode(text);
      const shown = editableText(bytes) ?? "";
      expect(editedBytes(inField(shown), shown)).toEqual(bytes);
    }),
  );
});

test("what was changed keeps its line ends", () => {
  expect(Buffer.from(editedBytes("{\n1\n}", "{\r\n}")).toString()).toBe("{\r\n1\r\n}");
  expect(Buffer.from(editedBytes("{\n1\n}", "{\n}")).toString()).toBe("{\n1\n}");
});

test.each([
  ["bytes that are no text", [0xff, 0xfe]],
  ["a text with a NUL", [0x61, 0]],
])("%s cannot be edited", (_case, bytes) => expect(editableText(new Uint8Array(bytes))).toBeUndefined());
