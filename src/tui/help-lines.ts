import { filterExamples } from "../inspect/filter.ts";
import { inColumns } from "./cells.ts";
import { keyLabel, keymap } from "./keymap.ts";
import { type Line, wrapLine } from "./line.ts";
import { markMeanings } from "./list-row.ts";

const KEY_COLUMNS = 18;

/** The help screen, from the table of keys. */
export function helpLines(columns: number): readonly Line[] {
  const keys = Object.entries(keymap).flatMap(([group, bindings]) => [
    [],
    [[`  ${group}`, "strong"]] satisfies Line,
    ...bindings.flatMap(({ keys: names, does }) => entry(names.map(keyLabel).join(" "), does, columns)),
  ]);
  return [
    ...keys,
    [],
    [["  What a filter asks", "strong"]],
    ...entry("every term holds", `${filterExamples.join("  ")}  -status:2xx  "two words"`, columns),
    [],
    [["  Letters at the end of a row", "strong"]],
    ...markMeanings.flatMap(([letter, meaning]) => entry(letter, meaning, columns)),
  ];
}

function entry(key: string, meaning: string, columns: number): Line[] {
  return wrapLine(
    [["  "], [`${inColumns(key, KEY_COLUMNS - 1)} `, "key"], [meaning]],
    columns,
    KEY_COLUMNS + 2,
  );
}
