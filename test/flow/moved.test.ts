import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { hookspool, type Line, startRunning } from "../support/hookspool.ts";
import { startLocaltunnelServer } from "../support/localtunnel-server.ts";
import { ask, statusOf } from "../support/raw-client.ts";
import { closedPort, startHandler } from "../support/raw-handler.ts";

/** News of a job of Wazza's, sent to a public URL. */
async function tell(endpoint: string, job: string, event: "processing" | "completed"): Promise<number> {
  const { host, port } = new URL(endpoint);
  const body = JSON.stringify({ event: `job.${event}`, jobId: job, timestamp: `${job} ${event}` });
  const head = `POST /hooks HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return statusOf(await ask(Number(port), head, body));
}

/** A program that writes down what it finds in its environment, and then does the rest. */
const noting = (file: string, rest = "") =>
  `require("node:fs").appendFileSync(${JSON.stringify(file)}, process.env.HOOKSPOOL_URL + " " + process.env.WEBHOOK_URL + "\\n"); ${rest}`;

const noted = (file: string) =>
  existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : ([] as string[]);

async function until(isSo: () => boolean) {
  for (const start = performance.now(); !isSo(); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (performance.now() - start > 10_000) throw new Error("it did not come to be");
}

const twice = (url: unknown) => `${url} ${url}`;
const hasMoved = ({ type, state }: Line) => type === "tunnel" && state === "moved";

describe("when the endpoint gets another URL", () => {
  test("jobs without an end are named, commands are told, and the dev server is started anew", {
    timeout: 60_000,
  }, async () => {
    const folder = temporaryFolder();
    const [told, served] = [join(folder, "told"), join(folder, "served")];
    const handler = await startHandler();
    const server = await startLocaltunnelServer();
    atTheEnd(() => server.close());
    const words = [String(handler.port), "--tunnel", "localtunnel", "--tunnel-host", server.host];
    const onUrl = ["--on-url", `'${process.execPath}' -e '${noting(told)}'`, "--restart-on-move"];
    const beside = ["--", process.execPath, "-e", noting(served, "setInterval(() => {}, 1000)"), "--"];
    const dir = temporaryFolder();
    const running = startRunning([...words, ...onUrl, "--output", "json", ...beside], { dir });
    const { endpoint } = await running.line(({ type }) => type === "ready");
    const statuses = [
      await tell(String(endpoint), "job-a", "processing"),
      await tell(String(endpoint), "job-b", "processing"),
      await tell(String(endpoint), "job-b", "completed"),
    ];
    expect(statuses).toEqual([200, 200, 200]);
    await until(() => noted(told).length === 1 && noted(served).length === 1);

    server.occupy(new URL(String(endpoint)).hostname.split(".")[0] ?? "");
    await server.restart();
    const moved = await running.line(hasMoved);
    expect(moved).toMatchObject({ previous: endpoint });
    expect(moved.orphans).toEqual([
      { provider: "wazza", job: "job-a", eventName: "job.processing", delivery: 1 },
    ]);
    await until(() => noted(told).length === 2 && noted(served).length === 2);
    const urls = [twice(endpoint), twice(moved.endpoint)];
    expect([noted(told), noted(served)]).toEqual([urls, urls]);

    running.signal("SIGTERM");
    expect(await running.exited).toBe(143);
  });

  test("since the last run, that is said too", { timeout: 40_000 }, async () => {
    const dir = temporaryFolder();
    const handler = await startHandler();
    const port = await closedPort();
    const run = async (host: string) => {
      const url = `http://${host}:${port}`;
      const words = [String(handler.port), "--public-url", url, "--port", String(port)];
      const running = startRunning(words, { dir });
      await running.line(({ type }) => type === "ready");
      return running;
    };
    const first = await run("127.0.0.1");
    await tell(`http://127.0.0.1:${port}`, "job-a", "processing");
    await first.stop();
    expect(first.lines.filter(hasMoved)).toEqual([]);

    const again = await run("127.0.0.1");
    await again.stop();
    expect(again.lines.filter(hasMoved)).toEqual([]);

    const second = await run("localhost");
    const moved = await second.line(hasMoved);
    expect(moved).toMatchObject({
      previous: `http://127.0.0.1:${port}`,
      endpoint: `http://localhost:${port}`,
    });
    expect(moved.orphans).toMatchObject([{ job: "job-a" }]);
    await second.stop();
  });
});

describe("a command beside", () => {
  const words = (script: string, ...flags: string[]) => [
    "3000",
    "--tunnel",
    "none",
    ...flags,
    "--output",
    "quiet",
    "--",
    process.execPath,
    "-e",
    script,
    // What startRunning adds is the script's.
    "--",
  ];

  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"] as const)(
    "is sent %s, and its answer is ours",
    async (signal) => {
      const folder = temporaryFolder();
      const file = join(folder, "ready");
      const script = `process.on("${signal}", () => process.exit(9)); ${noting(file, "setInterval(() => {}, 1000)")}`;
      const running = startRunning(words(script));
      await until(() => noted(file).length === 1);
      running.signal(signal);
      expect(await running.exited).toBe(9);
    },
  );

  test("that is killed gives 128 and the signal's number", async () => {
    const run = await hookspool(words('process.kill(process.pid, "SIGKILL")'));
    expect(run.code).toBe(137);
  });

  test("that there is not is an error", async () => {
    const run = await hookspool(["3000", "--tunnel", "none", "--output", "quiet", "--", "/no/such/program"]);
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain("E_COMMAND");
  });
});

describe("--on-url", () => {
  test("is run with the local URL where there is no tunnel, word by word, without a shell", async () => {
    const file = join(temporaryFolder(), "told");
    const script = `require("node:fs").writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), process.env.WEBHOOK_URL]))`;
    const line = `'${process.execPath}' -e '${script}' ${file} a\\ b "c \\"d\\" $HOME" '$(e)' && f`;
    const running = startRunning(["3000", "--tunnel", "none", "--on-url", line]);
    const { local } = await running.line(({ type }) => type === "ready");
    await until(() => existsSync(file) && readFileSync(file, "utf8") !== "");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
      ["a b", 'c "d" $HOME', "$(e)", "&&", "f"],
      local,
    ]);
    expect(await running.stop()).toBe(0);
  });

  test("that fails is told of, and stops nothing", async () => {
    const running = startRunning(["3000", "--tunnel", "none", "--on-url", "/no/such/program"]);
    await until(() => running.stderr().includes("--on-url command could not be started (ENOENT)"));
    expect(await running.stop()).toBe(0);
  });

  test.each(["", "  ", "'open", 'node -e "x', "node \\"])("%j names no command", async (line) => {
    const run = await hookspool(["3000", "--tunnel", "none", "--on-url", line]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("--on-url names no command");
  });
});
