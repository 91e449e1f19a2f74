import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumFlags, chromiumPath } from "./chromium.ts";
import { atTheEnd } from "./cleanup.ts";
import { type Listening, startListen } from "./hookspool.ts";
import { ask, post } from "./raw-client.ts";
import { type RawHandler, startHandler } from "./raw-handler.ts";

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
async function openInspectorPage(url: string, options: BrowserContextOptions = {}): Promise<InspectorPage> {
  browser ??= launch();
  const context = await (await browser).newContext(options);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    // What the page holds in memory is asked of nobody.
    if (!request.url().startsWith("blob:")) hosts.add(new URL(request.url()).host);
  });
  await page.goto(url);
  await page.locator("#connection[data-state=live]").waitFor();
  return { page, errors, hosts };
}

/** Closes the page; throws where it did what no page should: an error on its console, a request to anywhere else. */
async function closeInspectorPage({ page, errors, hosts }: InspectorPage): Promise<void> {
  await page.context().close();
  const unexpected = errors.filter((error) => !/ERR_CONNECTION|WebSocket connection/.test(error));
  if (unexpected.length > 0) throw new Error(`on the console: ${unexpected.join("\n")}`);
  const elsewhere = [...hosts].filter((host) => !host.startsWith("127.0.0.1:"));
  if (elsewhere.length > 0) throw new Error(`asked for something at ${elsewhere.join(", ")}`);
}

/** A page over a `listen` of its own. */
export interface Seen extends InspectorPage {
  readonly listening: Listening;
  readonly handler: RawHandler;
  readonly url: string;
  send(path: string, body?: string | Uint8Array): Promise<void>;
}

let opened: InspectorPage | undefined;

/** Opens the inspector of a `listen` with these flags. */
export async function look(
  options: BrowserContextOptions = {},
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  const handler = await startHandler();
  const listening = await startListen(handler.port, ["--inspector", "0", ...flags], { env });
  const ready = await listening.line(({ type }) => type === "ready");
  const url = String(ready.inspector);
  return {
    ...(await lookAt(url, options)),
    listening,
    handler,
    url,
    async send(path, body = '{"a":1}') {
      await ask(listening.port, post(path, body));
    },
  };
}

/** Opens an inspector that runs already. */
export async function lookAt(url: string, options: BrowserContextOptions = {}): Promise<InspectorPage> {
  opened = await openInspectorPage(url, options);
  return opened;
}

/** Closes what {@link look} opened: for after each test. */
export async function closeLook(): Promise<void> {
  const page = opened;
  opened = undefined;
  if (page) await closeInspectorPage(page);
}

export const rows = (page: Page) => page.locator(".row");
export const row = (page: Page, id: number) => page.locator(`.row[data-id="${id}"]`);
export const tab = (page: Page, name: string) => page.getByRole("tab", { name });
export const panel = (page: Page) => page.getByRole("tabpanel");
export const dialog = (page: Page) => page.getByRole("dialog");
export const toast = (page: Page, text: string) => page.locator("#toast", { hasText: text }).waitFor();

/** The numbers of the rows in sight, newest first. */
export const idsShown = async (page: Page) =>
  (await rows(page).locator(".number").allTextContents()).sort(
    (a, b) => Number(b.slice(1)) - Number(a.slice(1)),
  );

async function launch(): Promise<Browser> {
  const started = await chromium.launch({ executablePath: chromiumPath, args: [...chromiumFlags] });
  atTheEnd(() => started.close());
  return started;
}
