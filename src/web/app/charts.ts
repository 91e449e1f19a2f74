import { svg } from "./dom.ts";

/** In the units of the pictures' own coordinates; the style sheet says how large they are drawn. */
const WIDTH = 120;
const HEIGHT = 28;

/** Something over time, one value a period, oldest first; `null` where there is nothing to say. */
export interface Series {
  readonly tone: string;
  readonly values: readonly (number | null)[];
}

/** Bars that stand on one another, one stack a period. `words` say what the picture shows. */
export function barChart(words: string, series: readonly Series[]): SVGSVGElement {
  const count = Math.max(1, ...series.map(({ values }) => values.length));
  const sums = Array.from({ length: count }, (_, at) =>
    series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
  );
  const most = Math.max(1, ...sums);
  const step = WIDTH / count;
  const bars: SVGElement[] = [];
  for (const [at] of sums.entries()) {
    let below = 0;
    for (const { tone, values } of series) {
      const value = values[at] ?? 0;
      if (value === 0) continue;
      // What is there is seen, however small.
      const height = Math.max(1, (value / most) * HEIGHT);
      bars.push(
        svg("rect", {
          class: tone,
          x: at * step,
          y: HEIGHT - below - height,
          width: Math.max(0.5, step * 0.8),
          height,
        }),
      );
      below += height;
    }
  }
  return picture(words, bars);
}

/** Lines from the bottom up, on one scale. */
export function lineChart(words: string, series: readonly Series[]): SVGSVGElement {
  const count = Math.max(2, ...series.map(({ values }) => values.length));
  const most = Math.max(
    Number.MIN_VALUE,
    ...series.flatMap(({ values }) => values.map((value) => value ?? 0)),
  );
  const lines = series.map(({ tone, values }) => {
    const points = values.flatMap((value, at) =>
      value === null ? [] : [`${(at / (count - 1)) * WIDTH},${HEIGHT - 1 - (value / most) * (HEIGHT - 2)}`],
    );
    // One point alone would be no line.
    if (points.length === 1)
      points.push(...points.map((point) => point.replace(/^[^,]+/, (x) => `${Number(x) + 1}`)));
    return svg("polyline", { class: tone, points: points.join(" ") });
  });
  return picture(words, lines);
}

const picture = (words: string, shapes: readonly SVGElement[]) =>
  svg(
    "svg",
    {
      class: "chart",
      role: "img",
      "aria-label": words,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
    },
    ...shapes,
  );
