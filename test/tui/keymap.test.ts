import type { Key } from "ink";
import { describe, expect, test } from "vitest";
import { keyPresses } from "../../src/tui/key-press.ts";
import { commandFor, keyLabel, keymap, type Where } from "../../src/tui/keymap.ts";

const bindings = Object.values(keymap).flat();

describe("the table of keys", () => {
  test("has no key twice in one place", () => {
    const places = bindings.flatMap(({ keys, where }) =>
      where.flatMap((at) => keys.map((key) => `${at} ${key}`)),
    );
    expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([]);
  });

  test.each<Where>(["list", "detail", "filter", "copy", "remove", "help"])("has a way out of %s", (where) => {
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

describe("a key press", () => {
  test.each<[string, string, Partial<Key>, string[]]>([
    ["a character", "j", {}, ["j"]],
    ["a capital", "G", { shift: true }, ["G"]],
    ["an arrow", "", { downArrow: true }, ["down"]],
    ["Ctrl and a letter", "u", { ctrl: true }, ["ctrl-u"]],
    ["Shift-Tab", "", { tab: true, shift: true }, ["shift-tab"]],
    ["several at once", "jj\r", {}, ["j", "j", "enter"]],
    ["Esc and a key right after it", "q", { meta: true }, ["esc", "q"]],
    ["a control code among others", "a\u0015b", {}, ["a", "ctrl-u", "b"]],
  ])("%s", (_case, input, key, names) => {
    expect(keyPresses(input, key as Key).map(({ name }) => name)).toEqual(names);
  });
});
