import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { startListen } from "../support/hookspool.ts";
import { ask, post } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

const handler = await startHandler();
const listening = await startListen(handler.port, ["--inspector", "0"]);
const ready = await listening.line(({ type }) => type === "ready");
const inspector = new URL(String(ready.inspector));
const port = Number(inspector.port);
const token = new URLSearchParams(inspector.hash.slice(1)).get("token") ?? "";
await ask(listening.port, post("/a", '{"a":1}'));

type Headers = Readonly<Record<string, string>>;

const home = { Host: `127.0.0.1:${port}` };
const own = { ...home, Origin: `http://127.0.0.1:${port}`, "X-Hookspool-Token": token };

/** Exactly these header fields, in one request of its own; the whole answer as text. */
async function answer(start: string, headers: Headers, to = port): Promise<string> {
  const fields = Object.entries({ ...headers, Connection: "close" });
  const request = [`${start} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
  const given = await ask(to, `${request}\r\n\r\n`);
  return [given.start, ...given.headers.map((pair) => pair.join(": ")), "", given.body].join("\n");
}

const without = (headers: Headers, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([field]) => field !== name));

test("the link has its token in the fragment, which no browser sends", () => {
  expect(inspector.hostname).toBe("127.0.0.1");
  expect(inspector.search).toBe("");
  expect(token).toMatch(/^[\w-]{32}$/);
});

describe("the page", () => {
  test.each([
    ["127.0.0.1", { Host: `127.0.0.1:${port}` }, 200],
    ["localhost", { Host: `localhost:${port}` }, 200],
    ["a name that leads to 127.0.0.1", { Host: `rebound.example:${port}` }, 403],
    ["another port", { Host: "127.0.0.1:80" }, 403],
    ["no port", { Host: "127.0.0.1" }, 403],
    ["a name that begins alike", { Host: `127.0.0.1:${port}.example` }, 403],
  ])("asked for at %s", async (_case, headers, status) => {
    expect(await answer("GET /", headers)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test("lets nothing in from elsewhere, and nobody read it", async () => {
    const page = await answer("GET /", home);
    const policy = /content-security-policy: (.*)/i.exec(page)?.[1] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:/);
    expect(page).toMatch(/x-content-type-options: nosniff/i);
    expect(page).toMatch(/cross-origin-resource-policy: same-origin/i);
    expect(page).toMatch(/referrer-policy: no-referrer/i);
    expect(page).not.toMatch(/access-control/i);
    expect(page).not.toContain(token);
  });

  test.each(["/../package.json", "/app.ts", "/__proto__", "/constructor", "//etc/passwd"])(
    "is all there is: %s is not found",
    async (path) => expect(await answer(`GET ${path}`, home)).toMatch(/^HTTP\/1.1 404 /),
  );
});

describe("what is stored", () => {
  test.each([
    ["the page", "GET /api/deliveries", own, 200],
    ["the page, which sends no Origin when it reads", "GET /api/deliveries", without(own, "Origin"), 200],
    ["a missing token", "GET /api/deliveries", without(own, "X-Hookspool-Token"), 401],
    ["a wrong token", "GET /api/deliveries", { ...own, "X-Hookspool-Token": `${token}x` }, 401],
    ["the token in the address", `GET /api/deliveries?token=${token}`, home, 401],
    [
      "a name that leads to 127.0.0.1",
      "GET /api/deliveries",
      { ...own, Host: `rebound.example:${port}` },
      403,
    ],
    ["a foreign Origin", "GET /api/deliveries", { ...own, Origin: "https://evil.example" }, 403],
    ["a frame without an Origin", "GET /api/deliveries", { ...own, Origin: "null" }, 403],
    [
      "a foreign page, as its browser says",
      "GET /api/deliveries",
      { ...home, "Sec-Fetch-Site": "cross-site", "X-Hookspool-Token": token },
      403,
    ],
    ["a write with no Origin", "POST /api/deliveries/1/replay", without(own, "Origin"), 403],
    [
      "a write with a foreign Origin",
      "DELETE /api/deliveries/1",
      { ...own, Origin: "https://evil.example" },
      403,
    ],
    [
      "a write with another port's Origin",
      "DELETE /api/deliveries/1",
      { ...own, Origin: "http://127.0.0.1:80" },
      403,
    ],
    ["a write without the token", "DELETE /api/deliveries/1", without(own, "X-Hookspool-Token"), 401],
    [
      "a question before a write from elsewhere",
      "OPTIONS /api/deliveries/1",
      { ...own, Origin: "https://evil.example" },
      403,
    ],
  ])("answers %s", async (_case, start, headers, status) => {
    const given = await answer(start, headers);
    expect(given).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(given).not.toMatch(/access-control/i);
  });

  describe.each([
    "DELETE /api/deliveries?numbers=1",
    "POST /api/deliveries/1/replay",
    "POST /api/deliveries/1/resign",
    "POST /api/deliveries/1/edited?signs=false",
    "POST /api/forge",
    "POST /api/deliver",
    "POST /api/hold",
    "POST /api/resume",
  ])("and is not changed by %s", (start) => {
    test.each([
      ["with no Origin", without(own, "Origin"), 403],
      ["without the token", without(own, "X-Hookspool-Token"), 401],
      ["under another name", { ...own, Host: `rebound.example:${port}` }, 403],
      [
        "out of a foreign page's form",
        {
          ...home,
          Origin: "https://evil.example",
          "Sec-Fetch-Site": "cross-site",
          "Content-Type": "application/x-www-form-urlencoded",
        },
        403,
      ],
    ])("%s", async (_case, headers, status) => {
      expect(await answer(start, headers)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    });
  });

  test.each(["/api/deliveries/1/media/0", "/api/export?format=json&numbers=1", "/api/deliveries/1/diff/1"])(
    "is not read at %s without the token",
    async (path) => expect(await answer(`GET ${path}`, home)).toMatch(/^HTTP\/1.1 401 /),
  );

  test("fetches no file that stands in no delivery", async () => {
    expect(await answer("GET /api/deliveries/1/media/0", own)).toMatch(/^HTTP\/1.1 404 /);
    expect(await answer("GET /api/deliveries/99/media/0", own)).toMatch(/^HTTP\/1.1 404 /);
  });

  test("is left as it was by all that was refused", async () => {
    expect(await answer("GET /api/deliveries/1", own)).toMatch(/^HTTP\/1.1 200 /);
    expect(handler.requests).toHaveLength(1);
  });

  test("is not served through the endpoint", async () => {
    const given = await answer("GET /api/deliveries", own, listening.port);
    expect(given).not.toContain('"deliveries"');
  });
});

describe("the WebSocket", () => {
  const protocols = ["hookspool", `token.${token}`];
  const origin = `http://127.0.0.1:${port}`;

  async function dial(protocols: string[], options: ClientOptions): Promise<number | "open"> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, protocols, options);
    const outcome = await Promise.race([
      once(socket, "open").then(() => "open" as const),
      once(socket, "unexpected-response").then(
        ([, response]) => (response as { statusCode: number }).statusCode,
      ),
    ]);
    socket.on("error", () => {});
    socket.terminate();
    return outcome;
  }

  test.each([
    ["the page", protocols, { origin }, "open"],
    ["a foreign page", protocols, { origin: "https://evil.example" }, 403],
    ["no page", protocols, {}, 403],
    ["a page without the token", ["hookspool"], { origin }, 401],
    ["a page with another token", ["hookspool", "token.x"], { origin }, 401],
    [
      "a name that leads to 127.0.0.1",
      protocols,
      { origin, headers: { Host: `rebound.example:${port}` } },
      403,
    ],
  ] as const)("answers %s", async (_case, protocols, options, outcome) => {
    expect(await dial([...protocols], options)).toBe(outcome);
  });
});
