import { afterEach, expect, test, vi } from "vitest";
import { chooseDrivers } from "../../src/wiring/tunnel.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const settings = { subdomain: undefined, publicUrl: undefined, probeIntervalMs: undefined };
const choose = async (tunnel: string, tunnelHost?: string, publicUrl?: string) =>
  (await chooseDrivers({ ...settings, tunnel, tunnelHost, publicUrl })).map(({ driver, host }) =>
    host === undefined ? driver.name : `${driver.name} ${host}`,
  );

test.each([
  ["none", undefined, []],
  ["ssh", undefined, ["ssh"]],
  ["cloudflared, localtunnel", undefined, ["cloudflared", "localtunnel"]],
  ["auto", "https://tunnel.example", ["localtunnel https://tunnel.example"]],
  ["auto", "me@example.com:2222", ["ssh me@example.com:2222"]],
  ["auto", "srv.us", ["ssh srv.us"]],
  ["cloudflared", "hooks.example.com", ["cloudflared hooks.example.com"]],
  ["localtunnel,ssh", "https://tunnel.example", ["localtunnel https://tunnel.example", "ssh"]],
  ["localtunnel,ssh", "me@example.com", ["localtunnel", "ssh me@example.com"]],
])("--tunnel %j with --tunnel-host %s", async (tunnel, host, chosen) => {
  expect(await choose(tunnel, host)).toEqual(chosen);
});

test("auto takes what needs nothing that is missing here", async () => {
  vi.stubEnv("PATH", "/nowhere");
  vi.stubEnv("NGROK_AUTHTOKEN", "");
  vi.stubEnv("CLOUDFLARED_BIN", process.execPath);
  expect(await choose("auto")).toEqual(["localtunnel", "cloudflared"]);
});

test("one's own URL is proven alone, or is what the named driver leads to", async () => {
  expect(await choose("auto", undefined, "https://x.example")).toEqual(["public-url"]);
  const [chosen] = await chooseDrivers({
    ...settings,
    tunnel: "ssh",
    tunnelHost: "me@x",
    publicUrl: "https://x.example/a/",
  });
  expect(chosen).toMatchObject({ host: "me@x", driver: { name: "ssh" } });
  await expect(choose("ssh,ngrok", undefined, "https://x.example")).rejects.toThrow("several tunnels");
});

test("a driver that is not there is a usage error that names those that are", async () => {
  await expect(choose("relay")).rejects.toMatchObject({
    code: "E_TUNNEL",
    hint: expect.stringContaining("auto, cloudflared, localtunnel, ngrok, ssh, none"),
  });
});
