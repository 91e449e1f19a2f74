/**
 * Pictures of the web inspector for the documentation: a real session with made-up deliveries, seen by a real
 * browser. `node scripts/screenshots.ts [folder]` writes the two of docs/images; with `--every-size`, all sizes.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { forgeDelivery } from "../src/inspect/forge.ts";
import { startMediaServer } from "../src/media/server.ts";
import { chromiumFlags, chromiumPath } from "../test/support/chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const everySize = process.argv.includes("--every-size");
const folder = process.argv.slice(2).find((word) => !word.startsWith("--")) ?? join(root, "docs/images");

const sizes = everySize
  ? ([
      [360, 740],
      [1024, 720],
      [1920, 1080],
    ] as const)
  : ([[1120, 660]] as const);

/** Made up; each provider has its own. */
const secretOf = (provider: string) => `whsec_${Buffer.from(`the pictures' ${provider}`).toString("base64")}`;

/** The job that the pictures tell of. */
const JOB = "job_7k2mq9xw4t";

/** What comes, in this order; another provider's secret makes a rejected signature. */
const story = [
  { provider: "wazza", event: "job.processing", status: 200, job: JOB },
  { provider: "replicate", event: "completed", status: 200 },
  { provider: "wazza", event: "job.processing", status: 200, job: JOB, waitMs: 300 },
  { provider: "elevenlabs", event: "completed", status: 200 },
  { provider: "get3w", event: "failed", status: 500, waitMs: 200 },
  { provider: "runware", event: "completed", status: 200 },
  { provider: "wazza", event: "failed", status: 200 },
  { provider: "get3w", event: "completed", status: 200, waitMs: 250 },
  { provider: "wavespeed", event: "failed", status: 503 },
  { provider: "wazza", event: "completed", status: 200, job: JOB, waitMs: 250, takesMs: 120 },
  { provider: "wavespeed", event: "completed", status: 401, secretOf: "get3w" },
  { provider: "wavespeed", event: "completed", status: 200 },
  { provider: "wazza", event: "job.processing", status: 200, job: JOB },
] as const;

if (!existsSync(chromiumPath)) throw new Error(`there is no browser at ${chromiumPath}`);
mkdirSync(folder, { recursive: true });
const dir = mkdtempSync(join(tmpdir(), "hookspool-pictures-"));
let status = 200;
let takesMs = 5;
const handler = createServer((request, response) => {
  request.resume().on("end", async () => {
    await wait(takesMs);
    response.writeHead(status, { "Content-Type": "application/json" }).end('{"received":true}');
  });
});
const media = await startMediaServer({ port: 0 });
handler.listen(0, "127.0.0.1");
await once(handler, "listening");
const { port } = handler.address() as AddressInfo;

const secrets = Object.fromEntries(
  ["wavespeed", "get3w", "wazza", "replicate"].map((name) => [
    `HOOKSPOOL_SECRET_${name.toUpperCase()}`,
    secretOf(name),
  ]),
);
const args = [
  join(root, "bin/hookspool.js"),
  "listen",
  String(port),
  "--tunnel",
  "none",
  "--json",
  "--dir",
  dir,
];
const listen = spawn(process.execPath, args, {
  env: { PATH: process.env.PATH, HOME: dir, ...secrets },
  stdio: ["ignore", "pipe", "inherit"],
});
const lines = createInterface({ input: listen.stdout })[Symbol.asyncIterator]();
const nextLine = async (type: string): Promise<Record<string, unknown>> => {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error("hookspool has ended");
    const line = JSON.parse(value) as Record<string, unknown>;
    if (line.type === type) return line;
  }
};

try {
  const ready = await nextLine("ready");
  for (const one of story) {
    status = one.status;
    takesMs = "takesMs" in one ? one.takesMs : 5;
    if ("waitMs" in one) await wait(one.waitMs);
    const { path, headers, body } = forgeDelivery({
      provider: one.provider,
      event: one.event,
      job: "job" in one ? one.job : undefined,
      mediaUrls: media.urls,
      secret: secretOf("secretOf" in one ? one.secretOf : one.provider),
      now: Date.now(),
      random: randomBytes,
    });
    await fetch(`${ready.local}${path.replace(/^\//, `/webhooks/${one.provider}`)}`, {
      method: "POST",
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: new Uint8Array(body),
    });
    await nextLine("attempt");
  }
  await takePictures(String(ready.inspector));
} finally {
  listen.kill("SIGINT");
  await once(listen, "exit");
  handler.close();
  await media.close(0);
  rmSync(dir, { recursive: true, force: true });
}

async function takePictures(url: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...chromiumFlags] });
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [width, height] of sizes) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height } });
      await page.goto(url);
      await page.locator(".row").first().waitFor();
      await page.locator("#connection[data-state=live]").waitFor();
      await page.locator(".figure").first().waitFor();
      const name = everySize ? `${width}-${colorScheme}` : `inspector-${colorScheme}`;
      const shoot = (what: string) => page.screenshot({ path: join(folder, `${name}${what}.png`) });
      const tab = async (name: string) => {
        await page.getByRole("tab", { name }).click();
        await page.waitForTimeout(150);
      };
      if (everySize) await shoot("-list");
      // The rejected one, to see why; in the other picture, what the job made.
      await page.locator("[data-id='11']").click();
      await tab("Signature");
      await page.getByRole("rowheader", { name: "received" }).waitFor();
      if (everySize) await everything(page, shoot, tab);
      else if (colorScheme === "light") {
        await page.locator("[data-id='10']").click();
        await tab("Job");
        await shoot("");
      } else await shoot("");
      await page.close();
    }
  }
  await browser.close();
}

async function everything(
  page: Page,
  shoot: (what: string) => Promise<unknown>,
  tab: (name: string) => Promise<void>,
): Promise<void> {
  await shoot("-signature");
  for (const name of ["Body", "Headers", "Response", "Attempts", "Media"]) {
    await tab(name);
    await shoot(`-${name.toLowerCase()}`);
  }
  await page.keyboard.press("f");
  await page.locator(".preview").first().waitFor();
  await page.waitForTimeout(300);
  await shoot("-media-shown");
  await page.keyboard.press("Escape");
  await page.locator("[data-id='10']").click();
  await tab("Job");
  await shoot("-job");
  for (const [key, name] of [
    ["?", "help"],
    ["t", "forge"],
    ["e", "edit"],
    ["y", "copy"],
    ["x", "export"],
    ["X", "delete"],
  ] as const) {
    await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor();
    await shoot(`-${name}`);
    await page.keyboard.press("Escape");
  }
  await page.keyboard.press("v");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("=");
  await page.getByRole("dialog").waitFor();
  await shoot("-diff");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "By provider" }).click();
  await shoot("-groups");
}
