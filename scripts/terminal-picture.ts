/**
 * The README's picture of the terminal UI: a real session with made-up deliveries in a real terminal (tmux), whose
 * screen is written down as an SVG. `node scripts/terminal-picture.ts [file]`
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import stringWidth from "string-width";
import { forgeDelivery } from "../src/inspect/forge.ts";
import { openTerminal } from "../test/support/terminal.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = process.argv[2] ?? join(root, "docs/images/terminal.svg");
const size = { columns: 120, rows: 26 };
const port = 3000;

/** Made up. */
const secretOf = (provider: string) => `whsec_${Buffer.from(`the picture's ${provider}`).toString("base64")}`;

/** What comes, in this order; `isRewritten`: parsed and written anew on its way. */
const story = [
  { provider: "wazza", event: "processing", status: 200 },
  { provider: "replicate", event: "completed", status: 200 },
  { provider: "get3w", event: "failed", status: 500 },
  { provider: "runware", event: "completed", status: 200 },
  { provider: "wazza", event: "completed", status: 200 },
  { provider: "wavespeed", event: "failed", status: 200 },
  { provider: "wavespeed", event: "completed", status: 401, isRewritten: true },
] as const;

const palette: Readonly<Record<number, string>> = {
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76d9e6",
};
const [ink, paper] = ["#d6dbe1", "#12161c"];
const cell = { width: 8.4, height: 18 };

const folder = mkdtempSync(join(tmpdir(), "hookspool-picture-"));
let status = 200;
const handler = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(status).end('{"received":true}'));
});
handler.listen(port, "127.0.0.1");
await once(handler, "listening");
const terminal = await openTerminal(size, folder);
try {
  writeFileSync(file, svg((await session()).split("\n").slice(0, size.rows)));
} finally {
  await terminal.close();
  handler.close();
  handler.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}

async function session(): Promise<string> {
  const secrets = ["wavespeed", "wazza", "get3w", "replicate"]
    .map((name) => `HOOKSPOOL_SECRET_${name.toUpperCase()}='${secretOf(name)}'`)
    .join(" ");
  const { port: target } = handler.address() as AddressInfo;
  const program = join(root, "bin/hookspool.js");
  await terminal.type(
    `COLORFGBG='15;0' HOME='${folder}' ${secrets} '${process.execPath}' '${program}' ${target} --tunnel none --port 4889 --dir '${folder}/data'`,
  );
  await terminal.shows(/Nothing has arrived yet/);
  for (const [i, one] of story.entries()) {
    status = one.status;
    const { provider, event } = one;
    const secret = provider === "runware" ? null : secretOf(provider);
    const forged = forgeDelivery({
      provider,
      event,
      secret,
      now: Date.now(),
      random: randomBytes,
      path: "/webhooks",
    });
    const rewritten = () => JSON.stringify(JSON.parse(Buffer.from(forged.body).toString()), undefined, 2);
    await fetch(`http://127.0.0.1:4889${forged.path}`, {
      method: forged.method,
      headers: forged.headers.map(([name, value]): [string, string] => [name, value]),
      body: "isRewritten" in one ? rewritten() : Buffer.from(forged.body),
    });
    await terminal.shows(new RegExp(`#${i + 1} .* ${one.status} `));
  }
  await terminal.press("Enter", "]", "]", "]");
  await terminal.shows(/rejected \(mismatch\)[\s\S]*expected[\s\S]*received/);
  return terminal.painted();
}

interface Style {
  readonly colour?: string;
  readonly isBold?: boolean;
  readonly isDim?: boolean;
  readonly isInverse?: boolean;
}

function svg(rows: readonly string[]): string {
  const [width, height] = [size.columns * cell.width + 24, rows.length * cell.height + 24];
  const lines = rows.map((row, y) => rowOf(row, 12 + y * cell.height)).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-size="14" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace">
<title>hookspool in a terminal: a rejected delivery, explained</title>
<rect width="${width}" height="${height}" rx="8" fill="${paper}"/>
${lines}
</svg>
`;
}

function rowOf(row: string, y: number): string {
  let style: Style = {};
  let column = 0;
  const parts: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences.
  for (const [text, codes] of row.matchAll(/\u001b\[([\d;]*)m|[^\u001b]+/g)) {
    if (codes !== undefined) {
      style = codes.split(";").reduce(styled, style);
      continue;
    }
    const width = stringWidth(text);
    if (text.trim() !== "" || style.isInverse)
      parts.push(run(text, { x: 12 + column * cell.width, y, width }, style));
    column += width;
  }
  return parts.join("");
}

function styled(style: Style, code: string): Style {
  const number = Number(code);
  if (number === 0) return {};
  if (number === 1) return { ...style, isBold: true };
  if (number === 2) return { ...style, isDim: true };
  if (number === 7) return { ...style, isInverse: true };
  const colour = palette[number];
  if (colour !== undefined) return { ...style, colour };
  return number === 39 ? { ...style, colour: ink } : style;
}

interface Place {
  readonly x: number;
  readonly y: number;
  /** In columns. */
  readonly width: number;
}

function run(
  text: string,
  { x, y, width }: Place,
  { colour = ink, isBold, isDim, isInverse }: Style,
): string {
  const length = (width * cell.width).toFixed(1);
  const block = `<rect x="${x.toFixed(1)}" y="${y}" width="${length}" height="${cell.height}" fill="${colour}"/>`;
  const look = `fill="${isInverse ? paper : colour}"${isBold ? ' font-weight="bold"' : ""}${isDim ? ' opacity="0.6"' : ""}`;
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `${isInverse ? block : ""}<text x="${x.toFixed(1)}" y="${y + 13}" textLength="${length}" xml:space="preserve" ${look}>${escaped}</text>`;
}
