import { drawable } from "../cells.ts";
import { type Line, paint } from "../line.ts";
import { layout, matchCount } from "../selectors.ts";
import type { State } from "../state.ts";
import type { Theme } from "../theme.ts";
import { endpointOf } from "./header.tsx";
import { Rows } from "./rows.tsx";

/** No delivery to show: what to do about it. */
export function Empty({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { paneRows } = layout(state);
  const { columns } = state.size;
  const lines = state.filter.source === "" ? firstSteps(state) : nothingFound(state);
  return (
    <Rows lines={lines.map((line) => paint(line, columns, theme))} columns={columns} height={paneRows} />
  );
}

function firstSteps(state: State): Line[] {
  const endpoint = endpointOf(state);
  return [
    [],
    [["  Nothing has arrived yet. Whatever does is on disk before anyone is answered.", "strong"]],
    [],
    [["  Give this address to a provider "], ["(y e copies it)", "dim"]],
    [["      "], [endpoint, "accent"]],
    [],
    [["  Or send something yourself"]],
    [["      "], [`curl -d '{"hello":"world"}' ${endpoint}`, "accent"]],
    [],
    [["  Or see it work without a provider, in another terminal"]],
    [["      "], ["hookspool demo", "accent"]],
  ];
}

function nothingFound(state: State): Line[] {
  const { complete } = matchCount(state);
  return [
    [],
    complete
      ? [["  Nothing matches "], [drawable(state.filter.source), "accent"]]
      : [["  Looking through the history…", "dim"]],
    [],
    [
      ["  Esc", "strong"],
      [" shows everything again.", "dim"],
    ],
  ];
}
