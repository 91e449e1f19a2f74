import { justified, type Line, lineWidth, paint, type Span } from "../line.ts";
import { endpointOf, layout } from "../selectors.ts";
import type { State } from "../state.ts";
import type { Theme, Tone } from "../theme.ts";

/** Where deliveries come in and go to, and how both ways are; the second line folds away. */
export function header(state: State, theme: Theme): string[] {
  const { columns } = state.size;
  const { headerRows } = layout(state);
  const lines = [justified(wayLine(state), countsLine(state), columns), stateLine(state)];
  return lines.slice(0, headerRows).map((line) => paint(line, columns, theme));
}

function wayLine(state: State): Line {
  const [sign, , tone] = condition(state);
  const { target } = state.about;
  const line: Line = [
    [`${sign} `, tone],
    [endpointOf(state), "strong"],
    ["  →  ", "dim"],
    [target],
    answer(state),
  ];
  const copying: Line = [...line.slice(0, 2), [" (y e)", "dim"], ...line.slice(2)];
  return lineWidth(copying) <= state.size.columns - 24 ? copying : line;
}

function answer({ about: { answers, isHeld } }: State): Span {
  if (isHeld) return ["  on hold: p resumes", "warn"];
  if (answers === null) return [""];
  return answers ? [" answers", "dim"] : [" does not answer", "bad"];
}

function countsLine({ counts }: State): Line {
  if (!counts) return [];
  const owed: Span[] =
    counts.owed > 0
      ? [
          [`${count(counts.owed)} owed`, "warn"],
          ["  ", "dim"],
        ]
      : [];
  return [...owed, [`${count(counts.deliveries)} kept`, "dim"]];
}

function secrets({ about, size }: State): string {
  const { length } = about.secrets;
  if (length === 0) return "no secrets known";
  const names = about.secrets.join(", ");
  return names.length < size.columns / 3 ? `secrets: ${names}` : `${length} secrets known`;
}

/** First the tunnel, then as much of the rest as there is room for. */
function stateLine(state: State): Line {
  const { about, size } = state;
  const { local, ready, caution } = about;
  const [, words, tone] = condition(state);
  const line: Span[] = [["  "], [words, tone]];
  let right: Line = [];
  let room = size.columns - lineWidth(line);
  const add = (text: string, tone: Tone, isRight = false) => {
    if (text.length + 2 > room) return;
    room -= text.length + 2;
    if (isRight) right = [[text, tone]];
    else line.push([`  ${text}`, tone]);
  };
  add(secrets(state), "dim", true);
  if (caution) add(caution, "warn");
  // Without the token: a screen is looked at over shoulders.
  if (ready?.inspector) add(`inspector ${new URL(ready.inspector).origin}`, "dim");
  if (endpointOf(state) !== local) add(`local ${local}`, "dim");
  return right.length === 0 ? line : justified(line, right, size.columns);
}

/** The state of the tunnel: a sign, words, a tone. */
function condition({ about, now }: State): readonly [sign: string, words: string, tone: Tone] {
  const { ready, tunnel, local } = about;
  if (!tunnel) {
    if (ready) return ["○", "local only: no tunnel was asked for", "dim"];
    return ["◌", "opening…", "accent"];
  }
  const { driver, reason, retryAt } = tunnel;
  const because = reason === "" ? "" : `: ${reason}`;
  const soon = retryAt === null ? "" : ` in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
  switch (tunnel.state) {
    case "opening":
      return ["◌", `${driver} is opening the tunnel…`, "accent"];
    case "up":
      return ["●", `${driver} is up${because}`, "good"];
    case "moved":
      return ["●", `${driver} has moved: give the new URL to your providers`, "warn"];
    case "degraded":
      return ["●", `${driver} is up${because}`, "warn"];
    case "down":
      return ["○", `${driver} is down, reconnecting${soon}${because}`, "bad"];
    case "offline":
      return ["○", `offline, only ${local} works, trying again${soon}${because}`, "bad"];
    case "closed":
      return ["○", `${driver} is closed`, "dim"];
  }
}

/** `1,204`. */
export const count = (number: number) => number.toLocaleString("en");
