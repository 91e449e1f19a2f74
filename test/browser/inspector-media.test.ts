import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { startMediaServer } from "../../src/media/server.ts";
import { atTheEnd } from "../support/cleanup.ts";
import { closeLook, look, noBrowser, panel, row, tab, toast } from "../support/inspector-page.ts";
import { closedPort } from "../support/raw-handler.ts";

const media = await startMediaServer({ port: 0 });
atTheEnd(() => media.close(0));

/** A server whose links have all expired; it counts who asks. */
async function startExpired() {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.writeHead(403, { "Content-Type": "text/html" }).end("<h1>Request has expired</h1>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(() => server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const { image, video, audio, model } = media.urls;

describe.skipIf(noBrowser !== undefined)("media in the inspector", { timeout: 60_000 }, () => {
  afterEach(closeLook);

  test("are shown in place when asked for, with size, dimensions and duration", async () => {
    const { page, send } = await look();
    await send("/done", JSON.stringify({ outputs: [image, video, audio], model }));
    await row(page, 1).click();
    await tab(page, "Media").click();
    const item = (url: string) => panel(page).getByRole("listitem").filter({ hasText: url });
    await item(image).waitFor();
    expect(await panel(page).locator("img, video, audio").count()).toBe(0);
    await item(image).getByRole("button", { name: "Show image" }).click();
    await item(image).getByText("image/png · 7.7 KiB · 64 × 64").waitFor();
    await item(image).getByRole("img").waitFor();
    await item(video).getByRole("button", { name: "Show video" }).click();
    await item(video)
      .getByText(/video\/mp4 · [\d.]+ KiB · \d+ × \d+ · [\d.]+ s/)
      .waitFor();
    await item(audio).getByRole("button", { name: "Show sound" }).click();
    await item(audio)
      .getByText(/audio\/wav · [\d.]+ KiB · 0.5 s/)
      .waitFor();
    await item(model).getByRole("button", { name: "Fetch" }).click();
    await item(model).getByText("model/gltf-binary").waitFor();
  });

  test("keep playing while the delivery is sent again", async () => {
    const { page, send } = await look();
    await send("/done", JSON.stringify({ output: audio }));
    await row(page, 1).click();
    await tab(page, "Media").click();
    await page.keyboard.press("f");
    const player = await panel(page).locator("audio").elementHandle();
    await page.keyboard.press("r");
    await toast(page, "sent again: 200");
    await row(page, 1).getByText("×2").waitFor();
    expect(await player?.evaluate((element: { isConnected: boolean }) => element.isConnected)).toBe(true);
  });

  test("that have expired say so: by their link at once, by their server when asked", async () => {
    const { asked, url } = await startExpired();
    const { page, send } = await look();
    const old = `${url}/cat.png?X-Amz-Date=20200101T000000Z&X-Amz-Expires=3600`;
    const fresh = `${image}?Expires=${Math.floor(Date.now() / 1_000) + 11_000}`;
    await send("/done", JSON.stringify({ outputs: [old, fresh] }));
    await row(page, 1).click();
    await tab(page, "Media").click();
    await panel(page)
      .getByText(/the link expired \d+ days ago/)
      .waitFor();
    await panel(page).getByText("the link works for 3 h more").waitFor();
    expect(asked).toHaveLength(0);
    await panel(page).getByRole("button", { name: "Show image" }).first().click();
    await panel(page).getByText("not allowed any more").waitFor();
    expect(asked).toHaveLength(1);
    await panel(page).getByRole("button", { name: "Try again" }).waitFor();
  });

  test("say why they cannot be had", async () => {
    const { page, send } = await look();
    await send(
      "/done",
      JSON.stringify({ a: `http://127.0.0.1:${await closedPort()}/a.png`, b: media.url("/gone.png") }),
    );
    await row(page, 1).click();
    await tab(page, "Media").click();
    await page.keyboard.press("f");
    await panel(page).getByText("no server answers there").waitFor();
    await panel(page).getByText("not there any more (404)").waitFor();
  });

  test("are fetched at once with --media auto, but not what a stranger made up", async () => {
    const { page, send } = await look({}, ["--media", "auto"], { HOOKSPOOL_SECRET_WAZZA: "whsec_dGVzdA==" });
    await send("/stranger", JSON.stringify({ output: image }));
    await page.keyboard.press("t");
    await page.getByRole("combobox").fill("wazza completed");
    await page.keyboard.press("Enter");
    await row(page, 2).click();
    await tab(page, "Media").click();
    await panel(page).locator(".preview").waitFor();
    await page.keyboard.press("n");
    await panel(page).getByRole("button", { name: "Show image" }).waitFor();
    expect(await panel(page).locator(".preview").count()).toBe(0);
  });
});
