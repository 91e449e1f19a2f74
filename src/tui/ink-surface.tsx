import { render, Text } from "ink";

interface SurfaceOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly rows: readonly string[];
  /** Drawing failed. */
  readonly onCrash: (error: unknown) => void;
}

/** The alternate screen, drawn by Ink. */
export interface Surface {
  draw(rows: readonly string[]): void;
  /** Draws every row anew the next time. */
  forget(): void;
  close(): void;
}

/** More than are asked for: when to draw is decided elsewhere. */
const MOST_FRAMES_A_SECOND = 100;

/** All rows in one piece of text: laying out a box for each takes twice the time. */
const Frame = ({ rows }: { readonly rows: readonly string[] }) => (
  <Text wrap="truncate">{rows.map((row) => (row === "" ? " " : row)).join("\n")}</Text>
);

export function openSurface({ input, output, rows, onCrash }: SurfaceOptions): Surface {
  const app = render(<Frame rows={rows} />, {
    stdout: output,
    stdin: input,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: MOST_FRAMES_A_SECOND,
  });
  app.waitUntilExit().catch(onCrash);
  return {
    draw: (rows) => app.rerender(<Frame rows={rows} />),
    forget: () => app.clear(),
    close: () => app.unmount(),
  };
}
