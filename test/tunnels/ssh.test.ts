import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TunnelFailure } from "../../src/core/tunnel.ts";
import { openSsh } from "../../src/tunnels/_ssh-connection.ts";
import { type SshService, sshService } from "../../src/tunnels/_ssh-services.ts";
import { sshTunnel } from "../../src/tunnels/ssh.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { type ProbedFront, startProbedFront } from "../support/probed-front.ts";
import { hasSshd, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { freePort } from "../support/tcp-relay.ts";

const given = { project: "test", signal: new AbortController().signal };

describe("a service", () => {
  test.each([
    [undefined, undefined, "nomatch@srv.us", 22, "1:127.0.0.1:3000"],
    ["me@srv.us", undefined, "me@srv.us", 22, "1:127.0.0.1:3000"],
    ["localhost.run", undefined, "nokey@localhost.run", 22, "fox:80:127.0.0.1:3000"],
    ["pinggy", undefined, "free.pinggy.io", 443, "0:127.0.0.1:3000"],
    ["token@pro.pinggy.io", undefined, "token@pro.pinggy.io", 443, "0:127.0.0.1:3000"],
    ["me@ssi.sh:2222", undefined, "me@ssi.sh", 2222, "fox:80:127.0.0.1:3000"],
    ["me@example.com", 8080, "me@example.com", 22, "*:8080:127.0.0.1:3000"],
    ["ssh://me@[::1]:2022/", 0, "me@::1", 2022, "*:0:127.0.0.1:3000"],
  ])("%s with remote port %s is asked for at %s", (host, remotePort, destination, port, forward) => {
    const service = sshService({ host, remotePort });
    expect(service).toMatchObject({ destination, port });
    expect(service?.forward(3000, "fox")).toBe(forward);
  });

  test("shows strangers a key of our own, and one's own server the person's", () => {
    expect(sshService({ host: "srv.us", remotePort: undefined })?.ownKey).toBe(true);
    expect(sshService({ host: "me@example.com", remotePort: 80 })?.ownKey).toBe(false);
  });

  test("asks for the port that it was given the last time", () => {
    expect(sshService({ host: "example.com", remotePort: 0 })?.forward(3000, "41234")).toBe(
      "*:41234:127.0.0.1:3000",
    );
  });

  test.each(["https://example.com", "-oProxyCommand=x", "-l@x", "a b", "host:70000", ""])(
    "%j is none",
    (host) => expect(sshService({ host, remotePort: undefined })).toBeUndefined(),
  );

  test.each<[string, string | undefined, number | undefined, string, string, string | null]>([
    [
      "srv.us",
      undefined,
      undefined,
      "1: https://qp556ma755ktlag5b2xyt334ae.srv.us/, https://fox.gh.srv.us/",
      "https://qp556ma755ktlag5b2xyt334ae.srv.us",
      null,
    ],
    [
      "localhost.run",
      "localhost.run",
      undefined,
      '{"address":"3b1d872d3c1d63.lhr.life","authz_code":"OK","event":"tcpip-forward","listen_port":80}',
      "https://3b1d872d3c1d63.lhr.life",
      null,
    ],
    [
      "pinggy",
      "pinggy",
      undefined,
      "https://rnckk-2405-201.a.free.pinggy.link",
      "https://rnckk-2405-201.a.free.pinggy.link",
      null,
    ],
    ["sish", "ssi.sh", undefined, "HTTPS: https://fox.ssi.sh", "https://fox.ssi.sh", "fox"],
    [
      "sshd",
      "example.com",
      0,
      "Allocated port 41234 for remote forward to 127.0.0.1:3000",
      "http://example.com:41234",
      "41234",
    ],
    [
      "sshd, a port of one's own",
      "example.com",
      8080,
      "debug1: remote forward success for: listen *:8080, connect 127.0.0.1:3000",
      "http://example.com:8080",
      null,
    ],
  ])("%s names its URL", (_service, host, remotePort, line, url, name) => {
    expect(sshService({ host, remotePort })?.readAddress(line)).toEqual({ url, name });
  });

  test.each([
    ["srv.us", "Support: https://discord.gg/6YnHXskF4a"],
    ["localhost.run", "** see https://localhost.run/docs/ **"],
    ["pinggy", "Upgrade to Pinggy Pro at https://dashboard.pinggy.io"],
    ["ssi.sh", "Press Ctrl-C to close the session. See http://docs.ssi.sh"],
  ])("%s: its other links are no URL of ours", (host, line) => {
    const address = sshService({ host, remotePort: undefined })?.readAddress(line);
    expect(address).toBeUndefined();
  });
});

describe.skipIf(!hasSshd)("a real OpenSSH server", () => {
  let server: SshServer;
  let front: ProbedFront;

  beforeAll(async () => {
    front = await startProbedFront();
    server = await startSshServer();
  });

  afterAll(async () => {
    await server.close();
    await front.close();
  });

  const open = (more: Partial<Parameters<typeof sshTunnel.open>[0]>) =>
    sshTunnel.open({
      ...given,
      host: `127.0.0.1:${server.port}`,
      folder: server.folder,
      keyFile: server.keyFile,
      port: front.port,
      remotePort: 0,
      ...more,
    });
  const failure = (more: Parameters<typeof open>[0]) =>
    open(more).then(
      () => undefined,
      (error: TunnelFailure) => error,
    );

  test("gives any port, and the same one again", async () => {
    const first = await open({});
    await first.close();
    expect(first.subdomain).toMatch(/^\d+$/);
    const second = await open({ subdomain: first.subdomain ?? undefined });
    expect(second.url).toBe(first.url);
    await second.close();
  });

  test("that takes no key of ours says so", async () => {
    const stranger = join(server.folder, "host_key");
    expect(await failure({ keyFile: stranger })).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/takes none of the keys .* --tunnel-key/),
    });
  });

  test("that is away says so", async () => {
    expect(await failure({ host: `127.0.0.1:${await freePort()}` })).toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/refuses connections$/),
    });
  });

  test("that has another key than before raises the alarm", async () => {
    const folder = temporaryFolder();
    const key = readFileSync(join(server.folder, "user_key.pub"), "utf8");
    writeFileSync(join(folder, "known_hosts"), `[127.0.0.1]:${server.port} ${key}`);
    expect(await failure({ folder })).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/^ALARM: .* another host key .*ssh-keygen -R "\[127.0.0.1\]:\d+" -f/),
    });
  });

  test("whose port somebody else has says so", async () => {
    const first = await open({});
    // On both families, so that nothing of it is free.
    expect(await failure({ remotePort: Number(first.subdomain) })).toMatchObject({
      kind: "held",
      message: expect.stringMatching(/does not give its port \d+/),
    });
    await first.close();
  });

  test("is met with the same key again in a folder whose name has a space", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hookspool test "));
    for (const _time of [1, 2]) await (await open({ folder })).close();
    expect(readFileSync(join(folder, "known_hosts"), "utf8")).toContain(`[127.0.0.1]:${server.port}`);
  });
});

describe.skipIf(!hasSshd)("a service that prints the URL in a session", () => {
  let server: SshServer;
  let front: ProbedFront;
  let url: string;
  let service: SshService;

  beforeAll(async () => {
    front = await startProbedFront();
    const port = await freePort();
    url = `http://calm-fox.localhost:${port}`;
    const banner = `printf "Welcome: http://docs.example\\\\n\\\\033[44mHTTP\\\\033[0m: ${url}\\\\n"`;
    server = await startSshServer({ session: banner });
    const sish = sshService({ host: `127.0.0.1:${server.port}`, remotePort: undefined }) as SshService;
    service = { ...sish, forward: (local) => `${port}:127.0.0.1:${local}` };
  });

  afterAll(async () => {
    await server.close();
    await front.close();
  });

  test("is read, colours and all", async () => {
    const { folder, keyFile } = server;
    const tunnel = await openSsh({
      ...given,
      program: "ssh",
      service,
      port: front.port,
      subdomain: undefined,
      folder,
      keyFile,
    });
    expect(tunnel).toMatchObject({ url, subdomain: "calm-fox" });
    await tunnel.close();
    expect(await tunnel.lost).toMatch(/^ssh ended/);
  });

  test("is shown a key that is made once, for its owner alone", async () => {
    const folder = temporaryFolder();
    const opening = () =>
      openSsh({
        ...given,
        program: "ssh",
        service: { ...service, ownKey: true },
        port: front.port,
        subdomain: undefined,
        folder,
        keyFile: undefined,
      });
    await expect(opening()).rejects.toThrow("takes none of the keys");
    const key = join(folder, "ssh-test");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const before = readFileSync(key, "utf8");
    await expect(opening()).rejects.toThrow("takes none of the keys");
    expect(readFileSync(key, "utf8")).toBe(before);
  });
});
