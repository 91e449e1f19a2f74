import { justified, type Line, paint, type Span } from "../line.ts";
import { layout } from "../selectors.ts";
import type { State } from "../state.ts";
import type { Theme, Tone } from "../theme.ts";
import { Rows } from "./rows.tsx";

/** Where deliveries come in and go to, and how the tunnel is; the second line folds away. */
export function Header({ state, theme }: { readonly state: State; readonly theme: Theme }) {
  const { columns } = state.size;
  const { headerRows } = layout(state);
  const lines = [justified(wayLine(state), countsLine(state), columns), tunnelLine(state)];
  return (
    <Rows
      lines={lines.slice(0, headerRows).map((line) => paint(line, columns, theme))}
      columns={columns}
      height={headerRows}
    />
  );
}

/** The URL to give to a provider: public where there is one. */
export function endpointOf({ about }: State): string {
  return about.tunnel?.endpoint ?? about.ready?.endpoint ?? about.local;
}

function wayLine(state: State): Line {
  const [sign, , tone] = condition(state);
  return [[`${sign} `, tone], [endpointOf(state), "strong"], ["  →  ", "dim"], [state.about.target]];
}

function countsLine({ counts }: State): Line {
  const owed: Span[] =
    counts.owed > 0
      ? [
          [`${count(counts.owed)} owed`, "warn"],
          ["  ", "dim"],
        ]
      : [];
  return [...owed, [`${count(counts.deliveries)} kept`, "dim"]];
}

function tunnelLine(state: State): Line {
  const { about, now } = state;
  const { local, ready, tunnel, caution } = about;
  const [, words, tone] = condition(state);
  const spans: Span[] = [["  "], [words, tone]];
  const retryIn = tunnel?.retryAt ? Math.max(0, Math.ceil((tunnel.retryAt - now) / 1000)) : null;
  if (retryIn !== null) spans.push([`, next try in ${retryIn} s`, "dim"]);
  if (endpointOf(state) !== local) spans.push([`  local ${local}`, "dim"]);
  if (ready?.inspector) spans.push([`  inspector ${ready.inspector}`, "dim"]);
  if (caution) spans.push([`  ${caution}`, "warn"]);
  return spans;
}

/** The state of the tunnel: a sign, words, a tone. */
function condition({ about: { ready, tunnel } }: State): readonly [sign: string, words: string, tone: Tone] {
  if (!tunnel) {
    if (ready) return ["○", "local only: no tunnel was asked for", "dim"];
    return ["◌", "opening…", "accent"];
  }
  const { driver, reason } = tunnel;
  const because = reason === "" ? "" : `: ${reason}`;
  switch (tunnel.state) {
    case "opening":
      return ["◌", `${driver} is opening the tunnel…`, "accent"];
    case "up":
      return ["●", `${driver} is up${because}`, "good"];
    case "moved":
      return ["●", `${driver} is up under another address: give it to your providers`, "warn"];
    case "degraded":
      return ["●", `${driver} is up${because}`, "warn"];
    case "down":
      return ["○", `${driver} is down${because}`, "bad"];
    case "offline":
      return ["○", `${driver} cannot be reached${because}`, "bad"];
    case "closed":
      return ["○", `${driver} is closed`, "dim"];
  }
}

/** `1,204`. */
export const count = (number: number) => number.toLocaleString("en");
