import { PassThrough } from "node:stream";
import stringWidth from "string-width";

type Input = NodeJS.ReadStream & { isRaw: boolean };

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: what a terminal is sent is read.
const pieces = /\u001b\[([?]?)([\d;]*)([A-Za-z])|\u001b\]52;[^\u0007]*\u0007|[\r\n]|[^\u001b\r\n]+|\u001b/g;
const controls = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: what a terminal is sent is read.

/** The modes that are on by themselves. */
const usual = new Set(["7", "25"]);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * A terminal that keeps its screen, and throws at anything that a frame has no reason to send: a row or column
 * beyond it, a control code, a sequence that asks it something.
 */
export function fakeTerminal(size: { columns: number; rows: number }) {
  let { columns, rows } = size;
  let text = "";
  let cells = emptyCells();
  let [row, column] = [0, 0];
  const changed = new Set<string>();

  function emptyCells(): string[][] {
    return Array.from({ length: rows }, () => []);
  }

  function obey(data: string) {
    text += data;
    for (const [piece, mark, numbers = "", final] of data.matchAll(pieces)) {
      if (final !== undefined) command(mark === "?", numbers, final);
      else if (piece === "\r") column = 0;
      else if (piece === "\n") [row, column] = [Math.min(row + 1, rows - 1), 0];
      else if (!piece.startsWith("\u001b]52;")) print(piece);
    }
  }

  function print(piece: string) {
    if (controls.test(piece)) throw new Error(`control codes: ${JSON.stringify(piece)}`);
    for (const { segment } of graphemes.segment(piece)) {
      const width = stringWidth(segment);
      if (column + width > columns) throw new Error(`row ${row + 1} is too wide: ${JSON.stringify(piece)}`);
      const line = cells[row] ?? [];
      for (let at = line.length; at < column; at += 1) line[at] = " ";
      line.splice(column, width, segment, ...Array.from({ length: width - 1 }, () => ""));
      column += width;
    }
  }

  function command(isPrivate: boolean, numbers: string, final: string) {
    const number = Number.parseInt(numbers, 10) || 1;
    if (isPrivate && (final === "h" || final === "l")) return setMode(numbers, final === "h");
    switch (final) {
      case "m":
        return;
      case "A":
        row = Math.max(0, row - number);
        return;
      case "E":
        [row, column] = [Math.min(rows - 1, row + number), 0];
        return;
      case "G":
        column = number - 1;
        return;
      case "H":
        [row, column] = [number - 1, 0];
        return;
      case "K":
        cells[row] = numbers === "2" ? [] : (cells[row] ?? []).slice(0, column);
        return;
      case "J":
        cells = cells.map((line, i) => (i < row ? line : i > row ? [] : line.slice(0, column)));
        return;
      default:
        throw new Error(`a sequence that no frame needs: ${JSON.stringify(numbers + final)}`);
    }
  }

  function setMode(mode: string, isOn: boolean) {
    if (mode === "1049") [cells, row, column] = [emptyCells(), 0, 0];
    if (mode === "2026") return;
    if (isOn === usual.has(mode)) changed.delete(mode);
    else changed.add(mode);
  }

  const output = Object.assign(new PassThrough(), size, { isTTY: true }) as unknown as NodeJS.WriteStream;
  output.write = ((data: string, ...rest: unknown[]) => {
    if (data !== "") obey(String(data));
    const done = rest.at(-1);
    if (typeof done === "function") setImmediate(done as () => void);
    return true;
  }) as typeof output.write;
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode(isRaw: boolean) {
      (input as Input).isRaw = isRaw;
      return input;
    },
    ref: () => input,
    unref: () => input,
  }) as unknown as Input;
  return {
    output,
    input,
    screen: () => cells.map((line) => line.join("").trimEnd()),
    written: () => text,
    /** Those that are not as they usually are. */
    modes: () => changed,
    /** What is left of the old frame is the terminal's affair: all of it has to be drawn anew. */
    resize(to: { columns: number; rows: number }) {
      ({ columns, rows } = to);
      Object.assign(output, to);
      [cells, row, column] = [emptyCells(), 0, 0];
      output.emit("resize");
    },
  };
}
