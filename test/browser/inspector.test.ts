import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { atDelivery } from "../../src/core/inspector-link.ts";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import {
  closeLook,
  dialog,
  idsShown,
  look,
  lookAt,
  noBrowser,
  panel,
  row,
  tab,
  toast,
} from "../support/inspector-page.ts";
import { ask, post } from "../support/raw-client.ts";
import { failing, ok, startHandler } from "../support/raw-handler.ts";
import { sendForged } from "../support/send-forged.ts";
import { startWeb } from "../support/web.ts";

if (noBrowser) console.warn(`The inspector is not tested in a browser: ${noBrowser}.`);

/** A data directory with these deliveries. */
async function stored(...deliveries: readonly Parameters<typeof newDelivery>[0][]): Promise<string> {
  const dir = temporaryFolder();
  const store = openStore(dir);
  await Promise.all(deliveries.map((one) => store.writer.append(newDelivery(one))));
  await store.writer.flush();
  await store.close();
  return dir;
}

describe.skipIf(noBrowser !== undefined)("the inspector in a browser", { timeout: 60_000 }, () => {
  afterEach(closeLook);

  test("shows what comes as it comes, with how it was answered", async () => {
    const { page, send, handler } = await look();
    await page.getByText("No deliveries yet").waitFor();
    await send("/one");
    await row(page, 1).getByText("200").waitFor();
    handler.answer = failing;
    await send("/two");
    await row(page, 2).getByText("500").waitFor();
    await expect.poll(() => idsShown(page)).toEqual(["#2", "#1"]);
    await page.locator("#announcer", { hasText: "arrived" }).waitFor({ state: "attached" });
  });

  test("has no token in its address, and works when loaded again", async () => {
    const { page, send } = await look();
    await send("/one");
    expect(page.url()).not.toContain("token");
    await page.reload();
    await row(page, 1).waitFor();
  });

  test("shows the delivery that its link leads to, however old, and keeps its address clean", async () => {
    const { url } = await startWeb(
      await stored(...Array.from({ length: 600 }, (_, i) => ({ head: { path: `/${i + 1}` } }))),
    );
    const { page, errors } = await lookAt(atDelivery(url, 50));
    await page.getByRole("heading", { name: "#50 POST /50" }).waitFor();
    await row(page, 50).and(page.locator("[aria-selected=true]")).waitFor();
    expect(page.url()).toBe(new URL("/", url).href);
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: "#49 POST /49" }).waitFor();
    // In a tab that is open already, a link changes the fragment alone.
    await page.goto(atDelivery(url, 600));
    await page.getByRole("heading", { name: "#600 POST /600" }).waitFor();
    await page.goto(atDelivery(url, 601));
    await toast(page, "there is no delivery 601");
    // That it is not there is what the browser notes.
    expect(errors.splice(0).join()).toContain("404");
    await row(page, 600).and(page.locator("[aria-selected=true]")).waitFor();
    expect(page.url()).toBe(new URL("/", url).href);
  });

  test("says so where there is no token", async () => {
    const { page, url } = await look();
    const bare = await page.context().newPage();
    await bare.goto(url.replace(/#.*/, ""));
    await bare.getByText("open the link that hookspool shows").waitFor();
  });

  test("shows all that there is of a delivery", async () => {
    const { page, send, handler } = await look();
    handler.answer = failing;
    await send(
      "/hooks?token=abcdefghijklmnopqrstuvwxyz",
      '{"z":1,"big":12345678901234567890,"a":"https://media.example/cat.png"}',
    );
    await row(page, 1).click();
    await panel(page).getByText('"big": 12345678901234567890').waitFor();
    await expect.poll(() => panel(page).locator(".code").textContent()).toMatch(/^\{\s+"z"/);
    await page.getByRole("button", { name: "raw" }).click();
    await panel(page).getByText('{"z":1,"big":12345678901234567890', { exact: false }).waitFor();
    await page.getByRole("button", { name: "hex" }).click();
    await panel(page).getByText("7b 22 7a 22").waitFor();
    await tab(page, "Headers").click();
    await panel(page).getByText("hooks.example").waitFor();
    expect(await page.locator("body").textContent()).not.toContain("abcdefghijklmnop");
    await tab(page, "Response").click();
    await panel(page).getByText("sorry").waitFor();
    await tab(page, "Signature").click();
    await panel(page).getByText("undecided").waitFor();
    await tab(page, "Attempts").click();
    await panel(page).getByText("Owed: no handler").waitFor();
    await tab(page, "Job").click();
    await panel(page).getByText("No job is known").waitFor();
    await tab(page, "Media").click();
    await panel(page).getByRole("button", { name: "Show image" }).waitFor();
  });

  test("shows what was signed, expected and received, and no secret that is sent as it is", async () => {
    const [secret, token] = ["a signing secret of the tests", "token-as-it-is-0123456789"];
    const env = { HOOKSPOOL_SECRET_GET3W: secret, HOOKSPOOL_SECRET_DEEPGRAM: token };
    const { page, listening } = await look({}, [], env);
    await sendForged(listening.port, { provider: "get3w", secret: "another secret" });
    await sendForged(listening.port, { provider: "deepgram", secret: token });
    await row(page, 1).click();
    await tab(page, "Signature").click();
    const fact = (name: string) =>
      panel(page)
        .getByRole("row", { name: new RegExp(`^${name}`) })
        .locator("td");
    await panel(page).getByText("rejected (mismatch)").waitFor();
    const [expected, received] = await Promise.all(
      ["expected", "received"].map((name) => fact(name).textContent()),
    );
    const judged = (await hookspool(["verify", "1", "--json"], { ...listening, env })).lines()[0];
    expect(judged).toMatchObject({ expected, received });
    expect(expected).not.toBe(received);
    expect(judged?.signed).toMatchObject({
      start: (await fact("signed").locator(".exact").textContent())?.replace("…", ""),
    });
    await row(page, 2).click();
    await panel(page).getByText("shared-header: the secret itself").waitFor();
    const shown = (await panel(page).textContent()) ?? "";
    expect(shown).toContain("verified");
    for (const one of [secret, token]) expect(shown).not.toContain(one);
  });

  test("says who sent it where a tunnel does, and whether the provider names that address", async () => {
    const clientAddress = "52.89.214.238";
    const sent = { head: { clientAddress }, identity: { provider: "wazza" } };
    const web = await startWeb(await stored({ identity: sent.identity }, sent));
    const { page } = await lookAt(web.url);
    for (const [name, told] of [
      ["Headers", `sent from ${clientAddress}, the tunnel says`],
      ["Signature", `${clientAddress}, one of the addresses that wazza names`],
    ] as const) {
      await row(page, 2).click();
      await tab(page, name).click();
      await panel(page).getByText(told).waitFor();
      await row(page, 1).click();
      await page.getByRole("heading", { name: "#1 wazza" }).waitFor();
      expect(await panel(page).textContent()).not.toMatch(/sent from|unknown/);
    }
  });

  test("shows bytes that are no text in hex", async () => {
    const { page, send } = await look();
    await send("/bytes", new Uint8Array([0, 255, 1, 254]));
    await row(page, 1).click();
    await panel(page).getByText("00 ff 01 fe").waitFor();
  });

  test.each([
    [
      "a JSON body",
      `{"x":"<img src=x onerror=document.title='owned'>","y":"</script><script>document.title='owned'</script>"}`,
    ],
    ["a text", "</script><svg onload=\"document.title='owned'\">"],
  ])("keeps %s that would be a page a text", async (_case, body) => {
    const { page, send, handler } = await look();
    handler.answer = `HTTP/1.1 200 <b>ok</b>\r\nX-A: <img src=x onerror=alert(1)>\r\nContent-Length: 25\r\n\r\n<img src=x onerror=alert>`;
    await send("/<img%20onerror=1>", body);
    await row(page, 1).click();
    for (const name of ["Body", "Headers", "Response", "Signature", "Attempts", "Job", "Media"]) {
      await tab(page, name).click();
      expect(await page.locator("main img, main script, main svg, main b").count()).toBe(0);
    }
    await tab(page, "Body").click();
    await expect.poll(() => panel(page).textContent()).toContain("document.title='owned'");
    expect(await page.title()).toBe("hookspool");
  });

  test("filters as one types, in the language of the terminal UI", async () => {
    const { page, send, handler } = await look();
    await send("/fine");
    handler.answer = failing;
    await send("/broken");
    await row(page, 2).getByText("500").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("status:5xx");
    await row(page, 1).waitFor({ state: "detached" });
    await expect.poll(() => idsShown(page)).toEqual(["#2"]);
    await page.locator("#filter").fill("statu:5xx");
    await page.getByText('there is no "statu:"').waitFor();
    await page.keyboard.press("Escape");
    await row(page, 1).waitFor();
    await page.keyboard.press("!");
    await row(page, 1).waitFor({ state: "detached" });
    handler.answer = ok;
    await page.keyboard.press("r");
    // Answered well now, it is no failure any more.
    await row(page, 2).waitFor({ state: "detached" });
    await page.getByText("No delivery passes this filter").waitFor();
  });

  test("is worked with keys alone", async () => {
    const { page, send } = await look();
    for (const path of ["/1", "/2", "/3"]) await send(path);
    await row(page, 3).and(page.locator("[aria-selected=true]")).waitFor();
    await page.keyboard.press("j");
    await row(page, 2).and(page.locator("[aria-selected=true]")).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("]");
    await tab(page, "Headers").and(page.locator("[aria-selected=true]")).waitFor();
    await panel(page).getByText("POST /2").waitFor();
    await page.keyboard.press("n");
    await panel(page).getByText("POST /1").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await dialog(page).getByText("send exactly the same bytes").waitFor();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
  });

  test("replays, and shows the new attempt", async () => {
    const { page, send, handler } = await look();
    await send("/again", '{"n":1}');
    await row(page, 1).click();
    await page.getByRole("button", { name: "Replay" }).click();
    await toast(page, "#1 sent again: 200");
    await row(page, 1).getByText("×2").waitFor();
    expect(handler.requests.map(({ body }) => String(body))).toEqual(['{"n":1}', '{"n":1}']);
  });

  test("forgets a delivery when one is sure", async () => {
    const { page, send, listening } = await look();
    await send("/keep");
    await send("/forget");
    await row(page, 2).click();
    await page.keyboard.press("X");
    await dialog(page).getByText("Forget delivery #2?").waitFor();
    await page.keyboard.press("n");
    await dialog(page).waitFor({ state: "detached" });
    await expect.poll(() => idsShown(page)).toEqual(["#2", "#1"]);
    await page.keyboard.press("X");
    await page.keyboard.press("y");
    await row(page, 2).waitFor({ state: "detached" });
    expect((await hookspool(["ls", "--json"], listening)).lines()).toHaveLength(1);
  });

  test("finds its way back after a restart, without a gap or a double", async () => {
    const { page, send, listening, handler, url } = await look();
    await send("/before");
    await send("/forgotten");
    await row(page, 2).getByText("200").waitFor();
    await listening.stop();
    await page.locator("#connection[data-state=lost]").waitFor();
    await hookspool(["rm", "2"], listening);
    // While nobody looked: more than one list holds.
    const meanwhile = await startListen(handler.port, ["--no-inspector"], listening);
    for (let i = 0; i < 5; i += 1) await ask(meanwhile.port, post(`/meanwhile/${i}`, "x"));
    await meanwhile.stop();

    const again = await startListen(handler.port, ["--inspector", new URL(url).port], listening);
    await page.locator("#connection[data-state=live]").waitFor();
    await ask(again.port, post("/after", "x"));
    await row(page, 8).getByText("200").waitFor();
    await expect.poll(() => idsShown(page)).toEqual(["#8", "#7", "#6", "#5", "#4", "#3", "#1"]);
  });

  test("looks anew where too much has happened meanwhile", async () => {
    const { page, listening, handler, url, send } = await look();
    await send("/before");
    await row(page, 1).getByText("200").waitFor();
    await listening.stop();
    const meanwhile = await startListen(handler.port, ["--no-inspector"], listening);
    const sending = Array.from({ length: 600 }, (_, i) => i);
    while (sending.length > 0)
      await Promise.all(sending.splice(0, 50).map((i) => ask(meanwhile.port, post(`/${i}`, "x"))));
    await meanwhile.stop();
    await startListen(handler.port, ["--inspector", new URL(url).port], listening);
    await row(page, 601).getByText("200").waitFor();
    // Down to the oldest, page after page as they are loaded.
    const oldest = async () => {
      await page.keyboard.press("G");
      return row(page, 1).count();
    };
    await expect.poll(oldest, { timeout: 10_000 }).toBe(1);
  });

  test("shows history without listening, and what others add to it", async () => {
    const handler = await startHandler();
    const listening = await startListen(handler.port, ["--no-inspector"]);
    await ask(listening.port, post("/one", "x"));
    const web = await startWeb(listening.dir);
    const { page } = await lookAt(web.url);
    await page.getByText("history: 1 deliveries").waitFor();
    await row(page, 1).click();
    await ask(listening.port, post("/two", "x"));
    await row(page, 2).waitFor();
    await page.keyboard.press("r");
    await toast(page, "#1 sent again: 200");
    expect(await web.stop()).toBe(0);
  });

  test("says why nothing answered", async () => {
    const { page, send, handler } = await look();
    await handler.close();
    await send("/nobody");
    await row(page, 1).getByText("no server").waitFor();
    await row(page, 1).click();
    await tab(page, "Attempts").click();
    await panel(page).getByText("refused").first().waitFor();
  });

  test("is drawn quickly, and asks for little", async () => {
    const { page, url } = await look();
    const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    const files = ["/", "/app.js", "/app.css", "/icon.svg"].map((path) =>
      page.request.get(new URL(path, url).href),
    );
    const sizes = (await Promise.all(files)).map(async (file) => gzipSync(await file.body()).length);
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    console.info(`first contentful paint ${Math.round(Number(paint))} ms, ${bytes} bytes compressed`);
    expect(bytes).toBeLessThan(48 * 1024);
  });

  test("fits on a small screen, one pane at a time", async () => {
    const { page, send } = await look({ viewport: { width: 360, height: 640 } });
    await send("/small");
    await row(page, 1).click();
    await panel(page).waitFor();
    await expect.poll(() => page.locator("#list").isVisible()).toBe(false);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.getByRole("button", { name: "Back" }).click();
    await row(page, 1).waitFor();
  });
});
