import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";
import { startListen } from "../support/hookspool.ts";
import {
  closeLook,
  dialog,
  look,
  lookAt,
  noBrowser,
  panel,
  row,
  rows,
  tab,
} from "../support/inspector-page.ts";
import { ask, post } from "../support/raw-client.ts";
import { failing } from "../support/raw-handler.ts";
import { startWeb } from "../support/web.ts";

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds serious or worse, each with where; in the dark, only what is a matter of colours. */
async function findings(page: Page, colorScheme: "light" | "dark"): Promise<string[]> {
  const only = colorScheme === "dark" ? ", runOnly: ['color-contrast', 'link-in-text-block']" : "";
  const run = `axe.run(document, { resultTypes: ['violations']${only} })`;
  const { violations } = (await page.evaluate(run)) as {
    violations: Finding[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
}

describe.skipIf(noBrowser !== undefined)("the inspector for everybody", { timeout: 60_000 }, () => {
  afterEach(closeLook);

  test.each(["light", "dark"] as const)(
    "has nothing serious for axe-core to find, %s",
    async (colorScheme) => {
      const { page, send, handler } = await look({ colorScheme, bypassCSP: true });
      await page.addScriptTag({ content: axe.source });
      const found: string[] = [];
      const check = async (where: string) =>
        found.push(...(await findings(page, colorScheme)).map((finding) => `${where}: ${finding}`));
      await check("empty");
      const body = JSON.stringify({
        id: "job_1",
        status: "completed",
        output: "https://media.example/cat.png",
      });
      await send("/one", body);
      handler.answer = failing;
      await send("/two", body);
      await row(page, 2).getByText("500").waitFor();
      await page.locator(".figure").first().waitFor();
      await row(page, 2).click();
      for (const name of ["Body", "Headers", "Response", "Signature", "Attempts", "Job", "Media"]) {
        await tab(page, name).click();
        await check(name);
      }
      await page.getByRole("button", { name: "By provider and event" }).click();
      await check("statistics");
      await page.keyboard.press("v");
      await page.keyboard.press("n");
      for (const key of ["?", "t", "e", "y", "x", "X", "="]) {
        await page.keyboard.press(key);
        await dialog(page).waitFor();
        await check(`after ${key}`);
        await page.keyboard.press("Escape");
        await dialog(page).waitFor({ state: "detached" });
      }
      await page.setViewportSize({ width: 360, height: 640 });
      await check("small");
      expect(found).toEqual([]);
    },
  );

  test("is worked with keys alone, from the first Tab to a dialog and back", async () => {
    const { page, send } = await look();
    await send("/1", '{"a":{"b":1},"c":2}');
    await row(page, 1).and(page.locator("[aria-selected=true]")).waitFor();
    const focused = () =>
      page.evaluate(
        "document.activeElement.id || document.activeElement.getAttribute('aria-label') || document.activeElement.textContent",
      );
    const tabTo = async (wanted: string) => {
      for (let i = 0; i < 40 && (await focused()) !== wanted; i += 1) await page.keyboard.press("Tab");
      expect(await focused()).toBe(wanted);
    };
    await tabTo("list");
    await page.keyboard.press("Enter");
    await panel(page).waitFor();
    await tabTo("tab-body");
    await page.keyboard.press("Tab");
    await tabTo("the whole, 2 inside");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => panel(page).locator(".code").textContent()).toContain('"a": { … 1 }');
    expect(await focused()).toBe('"a", 1 inside');
    await page.keyboard.press("-");
    await page.keyboard.press("+");
    await expect.poll(() => panel(page).locator(".code").textContent()).toContain('"b": 1');
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("list");
    await tabTo("Replay");
    await page.keyboard.press("Enter");
    await row(page, 1).getByText("×2").waitFor();
    await tabTo("Edit");
    await page.keyboard.press("Enter");
    await dialog(page).getByRole("textbox").waitFor();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    expect(await focused()).toBe("Edit");
  });

  test("scrolls through 10,000 deliveries with few of them drawn", async () => {
    const dir = temporaryFolder();
    const store = openStore(dir);
    const job = (n: number) => ({ provider: "wazza", job: `job_${n}` });
    await Promise.all(
      Array.from({ length: 10_000 }, (_, n) => store.writer.append(newDelivery({ identity: job(n + 1) }))),
    );
    await store.writer.flush();
    await store.close();
    const web = await startWeb(dir);
    const { page } = await lookAt(web.url);
    await row(page, 10_000).waitFor();
    const oldest = async () => {
      await page.keyboard.press("G");
      return row(page, 1).count();
    };
    await expect.poll(oldest, { timeout: 20_000, interval: 20 }).toBe(1);
    expect(await rows(page).count()).toBeLessThan(120);
    await row(page, 1).getByText("job_1").waitFor();
    await page.keyboard.press("g");
    await row(page, 10_000).waitFor();
    await page.locator("#filter").fill("job:job_7777");
    await row(page, 7_777).waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    await web.stop();
  });

  test("counts the session, by provider and event too", async () => {
    const { page, send, handler, listening } = await look();
    await send("/1");
    handler.answer = failing;
    await send("/2");
    await page.getByText("50 %").waitFor();
    await expect.poll(() => page.getByRole("img", { name: /^2 deliveries since/ }).count()).toBe(1);
    await page.keyboard.press("i");
    await expect.poll(() => page.locator("#statistics").isVisible()).toBe(false);
    await page.keyboard.press("i");
    await page.getByRole("button", { name: "By provider and event" }).click();
    await page.getByRole("row", { name: /unknown\s+2/ }).waitFor();
    await listening.stop();
    await page.locator("#connection[data-state=lost]").waitFor();
    const again = await startListen(handler.port, ["--inspector", new URL(page.url()).port], listening);
    await ask(again.port, post("/3", "x"));
    // A new session begins to count anew.
    await expect.poll(() => page.getByRole("img", { name: /^1 deliveries since/ }).count()).toBe(1);
  });
});
