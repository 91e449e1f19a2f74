import { meantBy } from "../../inspect/filter.ts";
import { drawable } from "../cells.ts";
import { type Line, paint, wrapLine } from "../line.ts";
import { endpointOf, matchCount } from "../selectors.ts";
import type { State } from "../state.ts";
import type { Theme } from "../theme.ts";

/** No delivery to show: what to do about it. */
export function empty(state: State, theme: Theme): string[] {
  const { columns } = state.size;
  const lines = state.filter.source === "" ? firstSteps(state) : nothingFound(state);
  return lines.flatMap((line) => wrapLine(line, columns, 6)).map((line) => paint(line, columns, theme));
}

function firstSteps(state: State): Line[] {
  const endpoint = endpointOf(state);
  return [
    [],
    [["  Nothing has arrived yet. Whatever does is on disk before anyone is answered.", "strong"]],
    [],
    [["  Give this address to a provider "], ["(y e copies it)", "dim"]],
    [["      "], [endpoint, "accent"]],
    ...state.registrations.map(
      ({ provider, how }): Line => [["      "], [`${provider}: `, "key"], [drawable(how), "dim"]],
    ),
    [],
    [["  Or forge a delivery, as a provider would send it: "], ["t", "strong"]],
    [],
    [["  Or send something yourself"]],
    [["      "], [`curl -d '{"hello":"world"}' ${endpoint}`, "accent"]],
  ];
}

function nothingFound(state: State): Line[] {
  const { complete } = matchCount(state);
  const { source } = state.filter;
  const meant = meantBy(source);
  return [
    [],
    complete
      ? [["  Nothing matches "], [drawable(source), "accent"], ...(meant ? mayBe(meant) : [])]
      : [["  Looking through the history…", "dim"]],
    [],
    [
      ["  Esc", "strong"],
      [" shows everything again.", "dim"],
    ],
  ];
}

const mayBe = (filter: string): Line => [[". Did you mean "], [filter, "accent"], ["?"]];
