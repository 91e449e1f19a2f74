import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { verify } from "../../src/index.ts";
import {
  closeLook,
  dialog,
  idsShown,
  look,
  noBrowser,
  panel,
  row,
  tab,
  toast,
} from "../support/inspector-page.ts";
import type { Message } from "../support/messages.ts";
import { failing, ok } from "../support/raw-handler.ts";

const secret = `whsec_${Buffer.from("the tests' own secret").toString("base64")}`;
const env = { HOOKSPOOL_SECRET_WAZZA: secret };

/** Forges what the palette finds by these words. */
async function forge(page: Page, words: string) {
  await page.keyboard.press("t");
  await page.getByRole("combobox").fill(words);
  await page.keyboard.press("Enter");
  await toast(page, "forged");
}

async function verdictOn({ headers, body }: Message) {
  return (await verify({ provider: "wazza", secret, headers, body })).verdict;
}

async function download(page: Page, key: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press(key)]);
  return readFileSync(await file.path(), "utf8");
}

describe.skipIf(noBrowser !== undefined)("what one can do in the inspector", { timeout: 60_000 }, () => {
  afterEach(closeLook);

  test("forges what one types a part of, as the provider signs it, and remembers it", async () => {
    const { page, handler } = await look({}, [], env);
    await forge(page, "wazza completed");
    await row(page, 1).getByText("forged").waitFor();
    await row(page, 1).getByText("✓").waitFor();
    expect(await verdictOn(await handler.next())).toBe("verified");
    await page.getByRole("button", { name: "Forge" }).click();
    await expect.poll(() => page.getByRole("option").first().textContent()).toContain("completed");
    await page.getByRole("combobox").fill("no such thing");
    await dialog(page).getByText("Nothing has such a name").waitFor();
    await page.keyboard.press("Escape");
  });

  test("says what is missing where nothing can be signed", async () => {
    const { page, send, errors } = await look();
    await send("/unsigned");
    await row(page, 1).click();
    await page.keyboard.press("R");
    await toast(page, "no provider");
    // That the answer was no is what the browser notes.
    expect(errors.splice(0).join()).toContain("409");
  });

  test("sends again with a fresh time and signature", async () => {
    const { page, handler } = await look({}, [], env);
    await forge(page, "wazza completed");
    await row(page, 1).click();
    const first = await handler.next();
    await page.keyboard.press("R");
    await toast(page, "signed anew: 200");
    const second = await handler.next();
    expect(second.body).toEqual(first.body);
    expect(await verdictOn(second)).toBe("verified");
  });

  test("sends an edited copy, and never signs it silently", async () => {
    const { page, handler } = await look({}, [], env);
    await forge(page, "wazza completed");
    await row(page, 1).click();
    const original = (await handler.next()).body.toString();
    const field = dialog(page).getByRole("textbox");

    await page.keyboard.press("e");
    expect(await field.inputValue()).toBe(original);
    await field.fill('{"big": 12345678901234567890, }');
    await dialog(page).getByText("line 1, column 31: a name is expected here").waitFor();
    await field.fill('{"z":1,"big":12345678901234567890}');
    await dialog(page).getByRole("button", { name: "Indent" }).click();
    expect(await field.inputValue()).toBe('{\n  "z": 1,\n  "big": 12345678901234567890\n}');
    await dialog(page).getByRole("button", { name: "Sign anew and send" }).click();
    await toast(page, "#1 sent edited: 200");
    const signed = await handler.next();
    expect(signed.body.toString()).toContain("12345678901234567890");
    expect(await verdictOn(signed)).toBe("verified");

    await page.keyboard.press("e");
    await field.fill("{}");
    await dialog(page).getByRole("button", { name: "with the old signature" }).click();
    await row(page, 1).getByText("×3").waitFor();
    expect(await verdictOn(await handler.next())).toBe("rejected");
    await tab(page, "Attempts").click();
    await expect.poll(() => panel(page).textContent()).toContain("another body, sha256");
    await tab(page, "Body").click();
    await expect.poll(() => panel(page).textContent()).toContain("job.completed");
  });

  test("compares two side by side, with what has changed marked", async () => {
    const { page, send } = await look();
    await send("/a?token=abcdefghijklmnop", '{"same":1,"n":12345678901234567890}');
    await send("/b?token=abcdefghijklmnoq", '{"same":1,"n":12345678901234567891,"more":true}');
    await row(page, 2).click();
    await page.keyboard.press("=");
    await toast(page, "mark one delivery");
    await page.keyboard.press("v");
    await page.keyboard.press("n");
    await page.keyboard.press("=");
    await dialog(page)
      .getByRole("heading", { name: /#1 and #2: \d differences/ })
      .waitFor();
    const changed = dialog(page).locator("tr.changed", { hasText: "12345678901234567890" });
    expect(await changed.locator("td").allTextContents()).toEqual([
      "12345678901234567890",
      "12345678901234567891",
    ]);
    await dialog(page).locator("tr.added", { hasText: "more" }).waitFor();
    expect(await dialog(page).getByText("same", { exact: true }).count()).toBe(0);
    await dialog(page).getByRole("checkbox").check();
    await dialog(page).locator("tr.same", { hasText: "same" }).waitFor();
    expect(await dialog(page).textContent()).not.toContain("abcdefgh");
    await page.keyboard.press("Escape");
  });

  test("holds deliveries back, and hands them over in order", async () => {
    const { page, send, handler } = await look();
    await page.keyboard.press("p");
    await page.locator("#held", { hasText: "Held" }).waitFor();
    for (const path of ["/1", "/2", "/3"]) await send(path);
    await row(page, 3).waitFor();
    expect(handler.requests).toHaveLength(0);
    await page.getByRole("button", { name: "Resume" }).click();
    await row(page, 3).getByText("200").waitFor();
    expect(handler.requests.map(({ start }) => start.split(" ")[1]).sort()).toEqual(["/1", "/2", "/3"]);
    await expect.poll(() => page.locator("#held").textContent()).toBe("");
  });

  test("delivers what is owed", async () => {
    const { page, send, handler } = await look();
    handler.answer = failing;
    await send("/due");
    await row(page, 1).getByText("owed").waitFor();
    handler.answer = ok;
    await page.getByRole("button", { name: "Deliver 1 owed" }).click();
    await toast(page, "1 delivery, 1 answered with 2xx");
    await row(page, 1).getByText("200").waitFor();
    await expect.poll(() => page.locator("#owed").isVisible()).toBe(false);
  });

  test("exports one or several as files, secrets masked unless one asks for them", async () => {
    const { page, send } = await look();
    await send("/one?token=abcdefghijklmnop");
    await send("/two");
    await row(page, 1).click();
    await page.keyboard.press("x");
    expect(await download(page, "h")).toMatch(/^POST \/one\?token=abcd••••/);
    await page.keyboard.press("x");
    await dialog(page).getByRole("checkbox").check();
    expect(await download(page, "c")).toContain("token=abcdefghijklmnop");
    await page.keyboard.press("v");
    await page.keyboard.press("N");
    await page.keyboard.press("v");
    await page.keyboard.press("x");
    await dialog(page).getByText("Export 2 deliveries").waitFor();
    expect(JSON.parse(await download(page, "a")).log.entries).toHaveLength(2);
  });

  test("copies the body, a number and a curl command", async () => {
    const { page, send } = await look({ permissions: ["clipboard-read", "clipboard-write"] });
    const clipboard = () => page.evaluate("navigator.clipboard.readText()") as Promise<string>;
    await send("/copy?token=abcdefghijklmnop", '{"é":1}');
    await row(page, 1).click();
    for (const [key, said, copied] of [
      ["b", "copied the body", '{"é":1}'],
      ["i", "copied the number", "1"],
      ["l", "link", "/#token="],
      ["c", "as a curl command", "token=abcd••••"],
      ["C", "secrets and all", "token=abcdefghijklmnop"],
    ] as const) {
      await page.keyboard.press("y");
      await dialog(page).waitFor();
      await page.keyboard.press(key);
      await toast(page, said);
      expect(await clipboard()).toContain(copied);
    }
  });

  test("forgets what is marked, and all that the filter found", async () => {
    const { page, send } = await look();
    for (const path of ["/1", "/keep", "/3", "/4", "/5"]) await send(path);
    await row(page, 5).click();
    for (const key of ["v", "n", "v", "X", "y"]) await page.keyboard.press(key);
    await toast(page, "forgot 2 deliveries");
    await expect.poll(() => idsShown(page)).toEqual(["#3", "#2", "#1"]);
    await page.locator("#filter").fill("-path:/keep");
    await page.keyboard.press("Enter");
    await row(page, 2).waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "#3" }).waitFor();
    await page.keyboard.press("Z");
    await dialog(page).getByText('everything that passes "-path:/keep"').waitFor();
    await page.keyboard.press("y");
    await toast(page, "forgot 2 deliveries");
    await page.keyboard.press("Escape");
    await expect.poll(() => idsShown(page)).toEqual(["#2"]);
  });
});
