import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumFlags, chromiumPath } from "./chromium.ts";
import { atTheEnd } from "./cleanup.ts";

/** Why there is no browser to test with; `undefined` where there is one. */
export const noBrowser = existsSync(chromiumPath)
  ? undefined
  : `no browser at ${chromiumPath}: install Chromium (apt-get install chromium) or set CHROMIUM_PATH`;

let browser: Promise<Browser> | undefined;

/** A page in a real browser, and everything it did that it should not have. */
export interface InspectorPage {
  readonly page: Page;
  /** Errors on its console, and scripts that threw. */
  readonly errors: string[];
  /** Every host that was asked for anything. */
  readonly hosts: Set<string>;
}

/** Opens the inspector and waits until it is live. */
export async function openInspectorPage(
  url: string,
  options: BrowserContextOptions = {},
): Promise<InspectorPage> {
  browser ??= launch();
  const context = await (await browser).newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await page.goto(url);
  await page.locator("#connection[data-state=live]").waitFor();
  return { page, errors, hosts };
}

async function launch(): Promise<Browser> {
  const started = await chromium.launch({ executablePath: chromiumPath, args: [...chromiumFlags] });
  atTheEnd(() => started.close());
  return started;
}
