import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ngrokTunnel } from "../../src/tunnels/ngrok.ts";
import { temporaryFolder } from "../support/cleanup.ts";

const home = process.cwd();
let project: string;

beforeEach(() => {
  project = temporaryFolder();
  process.chdir(project);
  vi.stubEnv("NGROK_AUTHTOKEN", "token");
});

afterEach(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
});

/** Stands in for the library, with the part of its interface that is used. */
function install(forward: string): void {
  const folder = join(project, "node_modules", "@ngrok", "ngrok");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"main":"index.js"}');
  writeFileSync(join(folder, "index.js"), `exports.forward = ${forward};`);
}

const open = (host?: string) =>
  ngrokTunnel.open({
    port: 3000,
    host,
    folder: "",
    project: "test",
    signal: AbortSignal.timeout(200),
  });

test("needs a token", async () => {
  vi.stubEnv("NGROK_AUTHTOKEN", "");
  expect(await ngrokTunnel.missing()).toMatch(/set NGROK_AUTHTOKEN/);
  await expect(open()).rejects.toThrow("set NGROK_AUTHTOKEN");
});

test("needs the library, and says how to install it", async () => {
  expect(await ngrokTunnel.missing()).toBe("ngrok's library is not installed: npm install @ngrok/ngrok");
  await expect(open()).rejects.toThrow("npm install @ngrok/ngrok");
});

test("forwards to the capture endpoint, and hears of the connection", async () => {
  install(`async (options) => {
    setTimeout(() => options.onStatusChange("closed"), 20);
    setTimeout(() => options.onStatusChange("connected"), 40);
    const url = "https://" + options.domain + "/?" + options.addr + "," + options.authtoken;
    return { url: () => url, close: async () => {} };
  }`);
  expect(await ngrokTunnel.missing()).toBe(null);
  const tunnel = await open("fox.ngrok.app");
  expect(tunnel.url).toBe("https://fox.ngrok.app/?127.0.0.1:3000,token");
  const heard: (string | null)[] = [];
  tunnel.onConnection?.((broken) => heard.push(broken));
  await vi.waitFor(() => expect(heard).toEqual(["ngrok has lost its connection", null]));
  await Promise.all([tunnel.close(), tunnel.close()]);
});

test.each([
  [
    "its own reason",
    'async () => { throw new Error("authentication failed:\\n ERR_NGROK_105"); }',
    "ERR_NGROK_105",
  ],
  ["a deadline", "() => new Promise(() => {})", "aborted due to timeout"],
])("gives up with %s", async (_case, forward, words) => {
  install(forward);
  await expect(open()).rejects.toThrow(words);
});
