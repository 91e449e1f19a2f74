import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { diffDeliveries } from "../../src/inspect/diff.ts";
import { answered, attempt, delivery, TEN_O_CLOCK } from "../support/delivery.ts";
import { detailed, fullAttempt, scene } from "./scene.ts";

const full = (id: number) => detailed(answered(200, { id }));

const utf8 = (text: string) => new TextEncoder().encode(text);

const history = [
  answered(200, { id: 1, job: "job_abc", lastMs: 12 }),
  answered(503, { id: 2, event: "failed", eventName: "job.failed", verdict: "rejected", reason: "stale" }),
  answered(200, {
    id: 3,
    provider: "fal",
    event: "processing",
    verdict: "undecided",
    duplicateOf: 1,
    attempts: 3,
  }),
  answered(200, {
    id: 4,
    provider: null,
    event: null,
    eventName: null,
    job: null,
    path: "/x?token=abcdefghijklmn",
  }),
  delivery({ id: 5, origin: "forged", job: "世界世界世界世界世界世界世界世界世界世界" }),
];

describe("the whole screen", () => {
  const sizes = [
    [40, 10],
    [59, 17],
    [80, 24],
    [99, 30],
    [100, 30],
    [120, 40],
    [200, 60],
  ] as const;
  const states = [
    ["empty", ""],
    ["the list", ""],
    ["a filter being typed", "/status:5xx sig:nonsense"],
    ["nothing found", "/status:404<enter>"],
    ["an open delivery", "<enter>"],
    ["the help", "?"],
    ["the copy menu", "y"],
    ["a question", "X"],
    ["the header folded", "i"],
  ] as const;

  test.each(sizes.flatMap((size) => states.map((state) => [...size, ...state] as const)))(
    "%i×%i, %s: fills the terminal and no more",
    (columns, rows, name, keys) => {
      const at = scene({ columns, rows, history: name === "empty" ? [] : history, since: 4 });
      at.press(keys);
      if (name === "an open delivery") at.show({ body: utf8(`{"a":"${"世".repeat(300)}"}`) });
      const lines = at.frame().split("\n");
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    },
  );

  test("has no colours where there are none to be", () => {
    const at = scene({ history });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
    expect(at.frame()).not.toMatch(/\u001b/);
    const colourful = scene({ history, colours: true });
    expect(colourful.frame()).toContain("\u001b[");
  });

  test("says so when the terminal is too small", () => {
    const at = scene({ columns: 30, rows: 8, history });
    expect(at.frame()).toContain("needs 40×10");
  });
});

describe("the list", () => {
  const rows = () => {
    const at = scene({ history, since: 4 });
    return at.frame().split("\n").slice(3, 8);
  };

  test("says whose, what, which job, the verdict and the answer", () => {
    expect(rows()[4]).toMatch(/#1 +\d\d:\d\d:\d\d +wazza +● completed +job_abc +✓ 200 +12 ms/);
    expect(rows()[3]).toMatch(/#2 .* wazza +✗ failed .* ✗ 503 .* O/);
  });

  test("says undecided, duplicate and sent again", () => {
    expect(rows()[2]).toMatch(/#3 .* fal +◐ processing .* – 200 .*×3D/);
  });

  test("shows the request where nobody knows whose it is, its secrets masked", () => {
    expect(rows()[1]).toMatch(/#4 .* POST \/x\?token=abcd•••• .* 200/);
  });

  test("counts how long a delivery has been with the handler", () => {
    expect(rows()[0]).toMatch(/^▌.*#5 .* sending… +55\.0 s F *$/);
  });

  test("keeps its columns with wide characters in them", () => {
    const [wide = "", narrow = ""] = [rows()[0], rows()[2]];
    const column = (row: string, sign: string) => stringWidth(row.slice(0, row.indexOf(sign)));
    expect(column(wide, " ✓ ")).toBe(column(narrow, " – "));
  });
});

describe("the header", () => {
  const status = {
    driver: "localtunnel",
    subdomain: null,
    previous: null,
    retryAt: null,
    reason: "",
    endpoint: null,
  };

  test.each([
    ["opening", {}, /localtunnel is opening the tunnel/],
    ["up", { endpoint: "https://calm-fox.example" }, /● https:\/\/calm-fox.example .*localtunnel is up/s],
    [
      "moved",
      { endpoint: "https://new.example" },
      /https:\/\/new.example .*moved: give the new URL to your providers/s,
    ],
    [
      "degraded",
      { endpoint: "https://calm-fox.example", reason: "nothing listens at the target" },
      /localtunnel is up: nothing listens/,
    ],
    [
      "degraded",
      { endpoint: "https://calm-fox.example", reason: "nothing listens at the target" },
      /localtunnel is up: nothing listens/,
    ],
    [
      "down",
      { reason: "the server closed it", retryAt: TEN_O_CLOCK + 65_000 },
      /is down, reconnecting in 5 s: the server closed it/,
    ],
    [
      "offline",
      { reason: "no way to the server" },
      /offline, only http:\/\/127.0.0.1:4000 works, trying again: no way to the server/,
    ],
  ] as const)("says in words that the tunnel is %s", (state, more, words) => {
    const at = scene();
    at.notice({ type: "tunnel", status: { ...status, ...more, state } });
    expect(at.frame().split("\n").slice(0, 2).join("\n")).toMatch(words);
  });

  test("counts what is kept and owed", () => {
    const at = scene({ history });
    at.act({ type: "counted", counts: { deliveries: 1_204, owed: 3, newest: 5 } });
    expect(at.frame().split("\n")[0]).toMatch(/3 owed {2}1,204 kept$/);
  });
});

describe("an open delivery", () => {
  const open = (keys = "") => {
    const at = scene({ history });
    at.press(`jjjj<enter>${keys}`);
    at.show({
      body: utf8('{"b":1.0,"a":12345678901234567890,"t":"\\u001b[31m","raw":"\u009b31mred"}'),
      attempts: [fullAttempt({ delivery: 1 }), fullAttempt({ delivery: 1, number: 2, trigger: "replay" })],
      job: [history[0], history[4]].filter((one) => one !== undefined),
    });
    return at.frame();
  };

  test("shows the body in its own order, its numbers as they came", () => {
    expect(open()).toMatch(/"b": 1\.0,\n +"a": 12345678901234567890,/);
  });

  test("shows what would be a control code as text", () => {
    expect(open()).toContain('"t": "\\u001b[31m"');
    expect(open()).toContain('"raw": "\\x9b31mred"');
  });

  test.each([
    ["]", /Content-Type: application\/json\n +X-Wazza-Signature: 0123••••/],
    ["]]", /200 OK +12 ms[\s\S]*set-cookie: sid=••••[\s\S]*"received": true/],
    ["]]]", /✓ verified[\s\S]*the signature fits/],
    [
      "]]]]",
      /1 +200 OK[\s\S]*changed on the way: -connection, host: localhost:3000[\s\S]*2 +200 OK[\s\S]*replay/,
    ],
    ["]]]]]", /job job_abc[\s\S]*› #1 [\s\S]* #5 /],
    ["[", /\[Job 2\]/],
  ])("%s leads to its tab", (keys, shown) => expect(open(keys)).toMatch(shown));

  test.each([
    [120, /\[Response\]\s+Signature/],
    [100, /Headers \[Response\] Signature Attempts Job/],
    [40, /\[Response\] {2}3 of 6/],
  ])("names its tabs in %i columns", (columns, shown) => {
    const at = scene({ columns, rows: 24, history });
    at.press("<enter>]]");
    at.show({});
    expect(at.frame()).toMatch(shown);
  });

  test("says of an attempt that it had another body", () => {
    const at = scene({ history, columns: 220 });
    at.press("<enter>]]]]");
    const changes = { removed: [], set: [], body: "ab".repeat(32) };
    at.show({ attempts: [fullAttempt(), fullAttempt({ number: 2, trigger: "replay", changes })] });
    expect(at.frame()).toContain(`changed on the way: another body, sha256 ${changes.body}`);
  });

  test("says who sent it where a tunnel does, and what was withheld", () => {
    const at = scene({ history, columns: 120 });
    at.press("<enter>]");
    at.show({});
    expect(at.frame()).not.toMatch(/sent from|withheld|unknown/);
    const delivery = detailed(at.state().window.rows[0]);
    const withheld = ["token in the path"];
    at.show({ delivery: { ...delivery, clientAddress: "203.0.113.7\u001b", withheld } });
    expect(at.frame()).toMatch(
      /sent from 203\.0\.113\.7\\x1b, the tunnel says *\n.*withheld: token in the path/,
    );
  });

  test("shows bytes that are no text in hex", () => {
    const at = scene({ history });
    at.press("<enter>");
    at.show({ body: new Uint8Array([0xff, 0, 0x41]) });
    expect(at.frame()).toMatch(/000000 {2}ff 00 41 .* \.\.A/);
  });

  test("wraps long lines, or cuts them", () => {
    const at = scene({ history });
    at.press("<enter>");
    at.show({ body: utf8(`start ${"x".repeat(200)} end`) });
    expect(at.frame()).toContain("end");
    at.press("w");
    expect(at.frame()).not.toContain("end");
    expect(at.frame()).toContain("x…");
  });
});

test("a filter that finds nothing says what may have been meant", () => {
  const at = scene({ history: [answered(200, { id: 1 })] });
  at.press("/owed<enter>");
  expect(at.frame()).toContain("Nothing matches owed. Did you mean is:owed?");
  at.press("<esc>/wazzo<enter>");
  expect(at.frame()).toMatch(/Nothing matches wazzo *$/m);
});

describe("the bottom line", () => {
  test("shows only keys that do something here", () => {
    expect(scene().frame().split("\n").at(-1)).not.toMatch(/open|replay/);
    expect(scene({ history }).frame().split("\n").at(-1)).toMatch(/Enter open.*r replay.*\? keys {3}q quit/);
  });

  test("shows what works on the tab that is open, and with what is marked", () => {
    const at = scene({ history });
    const line = () => at.frame().split("\n").at(-1) ?? "";
    expect(line()).not.toMatch(/next tab|compare/);
    at.press(" ");
    expect(line()).toContain("= compare");
    at.press("<esc>j<enter>");
    at.show({ body: utf8('{"a":[1]}'), job: history.slice(0, 1) });
    expect(line()).toMatch(/\] next tab {3}Enter fold .*e edit.*Esc back/);
    at.press("]");
    expect(line()).not.toContain("Enter");
    at.press("[jj");
    // A number in the body: there is nothing to fold.
    expect(line()).not.toContain("Enter");
    at.press("[");
    expect(line()).not.toContain("Enter");
    at.press("jjj");
    expect(line()).toContain("Enter go there");
  });

  test("has room for every answer to what it asks, at 80 columns", () => {
    const at = scene({ history });
    at.act({ type: "asked", mode: { kind: "resign", edit: { of: 5, body: utf8("{}") } } });
    expect(at.frame()).toMatch(/y yes +n no, old signature +Esc never mind$/);
    at.act({ type: "asked", mode: { kind: "export", ids: [1, 2, 3] } });
    expect(at.frame()).toMatch(/Export 3 deliveries .*j JSON +Esc never mind$/);
  });

  test("takes more rows for what does not fit into one, and cuts no error short", () => {
    const at = scene({ history });
    const text = `the editor "/usr/local/bin/${"an-editor".repeat(6)}" ended with exit code 1 (E_EDITOR). Nothing was sent.`;
    at.act({ type: "said", message: { text, tone: "bad", until: Number.MAX_SAFE_INTEGER } });
    expect(at.frame().split("\n")).toHaveLength(24);
    expect(at.frame().split("\n").slice(-2).join("")).toMatch(/^the editor .*Nothing was sent\..*q quit$/);
    at.act({
      type: "said",
      message: { text: "x".repeat(5_000), tone: "bad", until: Number.MAX_SAFE_INTEGER },
    });
    const frame = at.frame().split("\n");
    expect(frame.map((row) => stringWidth(row)).every((width) => width <= 80)).toBe(true);
    expect([frame.length, frame.at(-1)?.endsWith("x…")]).toEqual([24, true]);
  });

  test("says how far one has read of the keys", () => {
    const at = scene({ history });
    at.press("?");
    expect(at.frame()).toMatch(/── Keys {2}\d\d% ─/);
    at.press("G");
    expect(at.frame()).toMatch(/── Keys {2}100% ─/);
  });

  test("counts matches and explains what is not a filter", () => {
    const at = scene({ history });
    at.press("/status:200");
    expect(at.frame().split("\n").at(-1)).toMatch(/^\/status:200▏ 3 match/);
    at.press(" sig:x");
    expect(at.frame().split("\n").slice(-2).join("\n")).toMatch(/sig: is one of verified/);
  });

  test("asks before it forgets", () => {
    const at = scene({ history });
    at.press("X");
    expect(at.frame().split("\n").at(-1)).toMatch(/^Forget #5 .*y yes.*Esc never mind/);
  });

  test("says what happened, for a while", () => {
    const at = scene({ history });
    at.notice({
      type: "turned-away",
      status: 413,
      reason: "too large",
      refusal: "body-too-large",
      delivery: null,
    });
    expect(at.frame().split("\n").at(-1)).toMatch(/turned away: too large/);
    at.act({ type: "ticked", now: TEN_O_CLOCK + 90_000 });
    expect(at.frame().split("\n").at(-1)).not.toMatch(/turned away/);
  });
});

test("an answer takes the place of the running time", () => {
  const at = scene({ history, since: 4 });
  at.notice({ type: "attempt", attempt: attempt({ delivery: 5, status: 201, ms: 34 }) });
  expect(at.frame().split("\n")[3]).toMatch(/201 +34 ms/);
});

test("an empty history says what to do now", () => {
  const frame = scene().frame();
  expect(frame).toContain("Nothing has arrived yet");
  expect(frame).toContain("http://127.0.0.1:4000");
  expect(frame).toMatch(/forge a delivery.* t/);
});

describe("folding", () => {
  const body = utf8('{"a":{"b":[1,2],"c":3},"d":[{"e":4}],"f":"https://media.example/1.png"}');
  const open = (keys: string) => {
    const at = scene({ history });
    at.press("<enter>");
    at.show({ body });
    at.press(keys);
    return at.frame();
  };

  test("Enter folds what begins under the cursor, Enter again unfolds it", () => {
    expect(open("j<enter>")).toMatch(/▌ {2}"a": \{ … 5 lines \},\n +"d": \[/);
    expect(open("j<enter><enter>")).toContain('"c": 3');
  });

  test("- folds everything but the outermost, + unfolds", () => {
    expect(open("-")).toMatch(/"a": \{ … 5 lines \},\n +"d": \[ … 3 lines \],/);
    expect(open("-+")).toContain('"e": 4');
  });
});

describe("a comparison", () => {
  const left = { delivery: { ...full(1), event: "completed" as const }, body: utf8('{"n":1,"same":true}') };
  const right = {
    delivery: { ...full(2), event: "failed" as const },
    body: utf8('{"n":2,"same":true,"new":0}'),
  };

  test("shows what differs side by side, what is the same once", () => {
    const at = scene({ history, columns: 100 });
    at.act({ type: "compared", left: 1, right: 2, diff: diffDeliveries(left, right) });
    const frame = at.frame();
    expect(frame).toMatch(/── #1 beside #2 /);
    expect(frame).toMatch(/≠ n +1 +│ 2/);
    expect(frame).toMatch(/≠ new +\(none\) +│ 0/);
    expect(frame).toMatch(/ {4}same +true/);
    at.press("q");
    expect(at.frame()).toContain("Deliveries");
  });
});

describe("forging", () => {
  const choices = [
    { provider: "fal", name: "OK", isScenario: false, about: "completed" },
    { provider: "wazza", name: "job.completed", isScenario: false, about: "completed" },
    { provider: "wazza", name: "progress", isScenario: true, about: "news of progress" },
  ];
  const palette = (keys: string, secrets: readonly string[] = []) => {
    const at = scene({ history, secrets });
    at.act({ type: "choices", choices });
    at.press(`t${keys}`);
    return at;
  };

  test("narrows as one types", () => {
    expect(palette("").frame()).toMatch(/▌ fal +→ OK[\s\S]*wazza +→ job\.completed[\s\S]*scenario: news/);
    expect(palette("waz prog").frame()).toMatch(/Forge {2}1 [\s\S]*▌ wazza +→ progress/);
    expect(palette("nothing").frame()).toContain("Nothing in the catalogue is called that");
  });

  test.each([
    ["", "wazza"],
    ["comp", "wazza"],
    ["fal", "fal"],
  ])("has what can be signed before the rest, unless another is named: %j", (typed, provider) => {
    expect(palette(typed, ["wazza"]).frame()).toMatch(new RegExp(`▌ ${provider} `));
  });

  test("has that of the last time first", () => {
    const at = palette("<esc>");
    at.act({ type: "forged", choice: { provider: "wazza", name: "progress", isScenario: true, about: "" } });
    at.press("t");
    expect(at.frame()).toMatch(/▌ wazza +→ progress/);
  });
});

test("a job says what is out of order, said twice, and how it ended", () => {
  const at = scene({ history, columns: 120 });
  at.press("<enter>[");
  const step = (id: number, more: object) => answered(200, { id, job: "j", ...more });
  const job = [
    step(1, { event: "completed" }),
    step(2, { event: "processing", eventName: "job.processing" }),
    step(3, { event: "completed", duplicateOf: 1 }),
  ];
  at.show({ job, body: utf8('{"out":"https://media.example/1.png"}') });
  expect(at.frame()).toMatch(/#2 .*out of order[\s\S]*#3 .*duplicate of #1/);
  expect(at.frame()).toMatch(/Outputs[\s\S]*https:\/\/media\.example\/1\.png/);
  at.act({
    type: "output",
    url: "https://media.example/1.png",
    facts: { type: "image/png", bytes: 2048, dimensions: { width: 64, height: 32 } },
  });
  expect(at.frame()).toMatch(/image\/png {2}2\.0 KiB {2}64 × 32/);
  at.show({ job: job.slice(1, 2) });
  expect(at.frame()).toContain("no end state yet");
});

test("a signature shows what was signed, expected and received", () => {
  const at = scene({ history, columns: 120 });
  at.press("<enter>]]]");
  at.show({});
  const facts = {
    scheme: "wazza",
    signed: "1.\u001b[2J{}",
    signedBytes: 4,
    isSignedCut: false,
    header: "X-Sig",
    expected: "aa",
    received: "bb",
    source: null,
  };
  at.act({ type: "judged", id: 5, facts });
  expect(at.frame()).toMatch(/expected +aa[\s\S]*received +bb[\s\S]*signed +1\.\\x1b\[2J\{\}/);
});

test("the header says which secrets are known, whether the target answers, and that it is held", () => {
  const at = scene({ history, columns: 120 });
  expect(at.frame()).toContain("no secrets known");
  at.act({ type: "reached", answers: false });
  expect(at.frame()).toContain("http://localhost:3000 does not answer");
  at.notice({ type: "hold", held: true, waiting: 0 });
  expect(at.frame()).toContain("on hold: p resumes");
});

test("the header shows the inspector without its token", () => {
  const at = scene({ columns: 120 });
  const ready = {
    endpoint: null,
    local: "http://127.0.0.1:4000",
    target: "x",
    inspector: "http://127.0.0.1:4040/#token=t0k3n",
    tunnel: "none",
  };
  at.act({ type: "ready", ready, caution: null });
  expect(at.frame()).toContain("inspector http://127.0.0.1:4040");
  expect(at.frame()).not.toContain("t0k3n");
});
