/** The width to write for; a pipe has none, and gets the classic one. */
export const outputColumns = (): number => Math.min(Math.max(process.stdout.columns ?? 80, 60), 120);

interface WrapOptions {
  readonly width: number;
  /** How far the lines after the first stand in. */
  readonly hang?: number;
}

/** Lines of at most `width` characters, broken at spaces; a longer word stays whole on a line of its own. */
function wrap(text: string, { width, hang = 0 }: WrapOptions): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(" ")) {
    if (line === undefined) line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = " ".repeat(hang) + word;
    }
  }
  return [...lines, line ?? ""];
}

/** A label once, and beside it paragraphs, each wrapped on its own. */
export interface Section {
  readonly label: string;
  readonly paragraphs: readonly Paragraph[];
}

export interface Paragraph {
  readonly text: string;
  /** How far its further lines stand in from its first. */
  readonly hang?: number;
  readonly style?: (text: string) => string;
}

/** What labels take of a line. */
export const LABEL_WIDTH = 13;

/** Sections one below the other, those without a paragraph left out. */
export function renderSections(
  sections: readonly Section[],
  { width, label: styleLabel }: { readonly width: number; readonly label: (text: string) => string },
): string {
  const lines = sections.flatMap(({ label, paragraphs }) =>
    paragraphs
      .flatMap(({ text, hang = 0, style = (line) => line }) =>
        wrap(text, { width: width - LABEL_WIDTH, hang }).map((line) => style(line)),
      )
      .map((line, i) => (i === 0 ? styleLabel(label.padEnd(LABEL_WIDTH)) : " ".repeat(LABEL_WIDTH)) + line),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

interface TableOptions {
  /** Of all columns but the last, which takes what is left. */
  readonly widths: readonly number[];
  readonly width: number;
}

/** Each row as its lines: every cell is wrapped within its column, and may have line breaks of its own. */
export function renderTable(
  rows: readonly (readonly string[])[],
  { widths, width }: TableOptions,
): string[][] {
  const left = width - widths.reduce((sum, column) => sum + column + COLUMN_GAP, 0);
  const columns = [...widths, Math.max(left, 10)];
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      cell.split("\n").flatMap((line) => wrap(line, { width: columns[i] ?? 0 })),
    );
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, y) =>
      cells
        .map((cell, i) => (cell[y] ?? "").padEnd((columns[i] ?? 0) + COLUMN_GAP))
        .join("")
        .trimEnd(),
    );
  });
}

const COLUMN_GAP = 2;
