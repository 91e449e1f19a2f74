import { expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startRunning } from "../support/hookspool.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { closedPort, startHandler } from "../support/raw-handler.ts";

const token = "a-token-that-is-long-enough";
const auth = "anna:geheim";

test("who has the token gets in, our own probe too; nobody reads it anywhere", {
  timeout: 30_000,
}, async () => {
  const dir = temporaryFolder();
  const handler = await startHandler();
  const port = await closedPort();
  const url = `http://127.0.0.1:${port}`;
  const words = [String(handler.port), "--public-url", url, "--port", String(port), "--path", "/hooks"];
  const own = ["--client-address-header", "X-Real-IP"];
  const running = startRunning([...words, ...own], {
    dir,
    env: { HOOKSPOOL_TOKEN: token, HOOKSPOOL_AUTH: auth },
  });
  // Proven by a probe that shows no credential.
  expect(await running.line(({ type }) => type === "ready")).toMatchObject({ endpoint: url });

  const wazza = JSON.stringify({ event: "job.completed", jobId: "j", timestamp: "now" });
  for (const [path, fields, status] of [
    [`/${token}/hooks`, ["X-Real-IP: 52.89.214.238"], 200],
    ["/hooks", [`Authorization: Basic ${btoa(auth)}`, "X-Real-IP: 52.89.214.238, 198.51.100.9"], 200],
    ["/hooks", [], 401],
    [`/${token}/admin`, [], 404],
  ] as const)
    expect([path, statusOf(await ask(port, post(path, wazza, ...fields)))]).toEqual([path, status]);
  await running.attempt(2);
  expect(await running.stop()).toBe(0);
  expect(handler.requests.map(({ start }) => start)).toEqual(Array(2).fill("POST /hooks HTTP/1.1"));

  const shown = await Promise.all(
    ["1", "2"].flatMap((id) => [
      hookspool(["show", id, "--json"], { dir }),
      hookspool(["show", id, "--reveal"], { dir }),
      hookspool(["export", id, "--format", "har", "--reveal"], { dir }),
    ]),
  );
  expect(shown.map(({ code }) => code)).toEqual(Array(6).fill(0));
  expect(shown[0]?.lines()[0]).toMatchObject({
    path: "/hooks",
    withheld: ["token in the path"],
    clientAddress: "52.89.214.238",
    clientAddressListed: true,
  });
  expect(shown[1]?.stdout).toContain(
    "sent from 52.89.214.238, the tunnel says, one of the addresses that wazza names",
  );
  expect(shown[3]?.lines()[0]).toMatchObject({
    withheld: ["Authorization"],
    clientAddress: "198.51.100.9",
    clientAddressListed: false,
  });
  expect(shown[4]?.stdout).toContain("withheld: Authorization (the endpoint's own credential)");
  const everything = [
    JSON.stringify(running.lines),
    running.stderr(),
    ...shown.map(({ stdout }) => stdout),
  ].join();
  for (const secret of [token, auth, "geheim", btoa(auth)]) expect(everything).not.toContain(secret);
});

test("a command is given a URL that lets deliveries in", async () => {
  const handler = await startHandler();
  const script =
    'fetch(process.env.WEBHOOK_URL + "/hooks", { method: "POST", body: "x" }).then((r) => process.exit(r.status === 200 ? 42 : 1))';
  const words = [
    String(handler.port),
    "--tunnel",
    "none",
    "--token",
    token,
    "--",
    process.execPath,
    "-e",
    script,
  ];
  expect((await hookspool(words)).code).toBe(42);
  expect(handler.requests.map(({ start }) => start)).toEqual(["POST /hooks HTTP/1.1"]);
});

test.each([
  [["--token", "tiny"], "E_CREDENTIAL"],
  [["--token", "with/a/slash/in/it"], "E_CREDENTIAL"],
  [["--auth", "no-colon-in-it"], "E_CREDENTIAL"],
  [["--auth", "no-password:"], "E_CREDENTIAL"],
  [["--path", "hooks"], "E_USAGE"],
  [["--path", "/hooks/../x"], "E_USAGE"],
  [["--client-address-header", "X-Real-IP"], "E_USAGE"],
  [["--concurrency", "0"], "E_USAGE"],
])("%j is an error that repeats no secret", async (flags, code) => {
  const run = await hookspool(["3000", "--tunnel", "none", ...flags]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(code);
  if (code === "E_CREDENTIAL") expect(run.stderr).not.toContain(flags[1]);
});

test("doctor says that a credential is set, and not which", async () => {
  const env = { HOOKSPOOL_TOKEN: token, HOOKSPOOL_AUTH: auth };
  const run = await hookspool(["doctor", "--offline", "--json"], { env });
  const settings = run.lines().filter(({ type }) => type === "setting");
  expect(settings.filter(({ name }) => name === "token" || name === "auth")).toMatchObject([
    { value: "set", origin: "HOOKSPOOL_AUTH in the environment" },
    { value: "set", origin: "HOOKSPOOL_TOKEN in the environment" },
  ]);
  expect(run.stdout).not.toContain(token);
});
