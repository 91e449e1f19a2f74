import { describe, expect, test } from "vitest";
import { createKeyReader, type Input } from "../../src/tui/key-press.ts";
import { commandFor, keyLabel, keymap, type Where } from "../../src/tui/keymap.ts";

const bindings = Object.values(keymap).flat();

describe("the table of keys", () => {
  test("has no key twice in one place", () => {
    const places = bindings.flatMap(({ keys, where }) =>
      where.flatMap((at) => keys.map((key) => `${at} ${key}`)),
    );
    expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([]);
  });

  test.each<Where>([
    "list",
    "detail",
    "filter",
    "line",
    "forge",
    "copy",
    "export",
    "remove",
    "resign",
    "diff",
    "help",
  ])("has a way out of %s", (where) => {
    const way = commandFor(where, where === "list" ? "q" : "esc");
    expect(["quit", "back", "cancel"]).toContain(way);
  });

  test("shows keys as they stand on a keyboard", () => {
    expect(["up", "ctrl-u", "pagedown", "G", "esc"].map(keyLabel)).toEqual([
      "↑",
      "Ctrl-u",
      "PgDn",
      "G",
      "Esc",
    ]);
  });
});

const names = (inputs: readonly Input[]) => inputs.map((one) => (one.kind === "key" ? one.name : one.kind));

describe("what a terminal sends", () => {
  test.each<[string, string, string[]]>([
    ["a character", "j", ["j"]],
    ["a capital", "G", ["G"]],
    ["a character of several bytes", "世", ["世"]],
    ["an arrow", "\u001b[A", ["up"]],
    ["an arrow in application mode", "\u001bOB", ["down"]],
    ["an arrow with Ctrl", "\u001b[1;5C", ["right"]],
    ["Ctrl and a letter", "\u0015", ["ctrl-u"]],
    ["Enter, Tab, Backspace", "\r\t\u007f", ["enter", "tab", "backspace"]],
    ["Shift-Tab", "\u001b[Z", ["shift-tab"]],
    ["PgUp, PgDn, Home, End", "\u001b[5~\u001b[6~\u001b[1~\u001b[F", ["pageup", "pagedown", "home", "end"]],
    ["several at once", "jj\r", ["j", "j", "enter"]],
    ["Esc and a key right after it", "\u001bq", ["esc", "q"]],
    ["a control code among others", "a\u0015b", ["a", "ctrl-u", "b"]],
    ["an answer that nobody asked for", "\u001b[?62;22c", []],
    ["the wheel", "\u001b[<64;10;5M\u001b[<65;10;5M", ["wheel-up", "wheel-down"]],
    ["a click, and its end", "\u001b[<0;10;5M\u001b[<0;10;5m", ["click"]],
    ["pasted text", "\u001b[200~q\u001b[31mX\u001b[201~j", ["paste", "j"]],
  ])("%s", (_case, text, expected) => {
    expect(names(createKeyReader().push(text))).toEqual(expected);
    const byPieces = createKeyReader();
    expect(names([...text].flatMap((piece) => byPieces.push(piece)).concat(byPieces.flush()))).toEqual(
      expected,
    );
  });

  test("an Esc alone waits for what may follow it", () => {
    const keys = createKeyReader();
    expect(keys.push("\u001b")).toEqual([]);
    expect(keys.isWaiting).toBe(true);
    expect(names(keys.flush())).toEqual(["esc"]);
    expect(keys.isWaiting).toBe(false);
  });

  test("a click says where, from 0", () => {
    expect(createKeyReader().push("\u001b[<0;10;5M")).toEqual([{ kind: "click", column: 9, row: 4 }]);
  });
});
