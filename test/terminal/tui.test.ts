import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasTmux, openTerminal, type Terminal } from "../support/terminal.ts";

const program = fileURLToPath(new URL("../../bin/hookspool.js", import.meta.url));
const small = { columns: 80, rows: 24 };
const medium = { columns: 120, rows: 40 };
const large = { columns: 200, rows: 60 };

let directory: string;
let handler: Server;
let target: number;
let terminal: Terminal;

/** Answers with the status that the query asks for, after the delay that it asks for. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "hookspool-tui-"));
  handler = createServer((request, response) => {
    const asked = new URL(request.url ?? "/", "http://handler").searchParams;
    request.resume().on("end", () => {
      setTimeout(
        () => response.writeHead(Number(asked.get("status") ?? 200)).end("thanks"),
        Number(asked.get("delay") ?? 0),
      );
    });
  });
  await new Promise<void>((resolve) => handler.listen(0, "127.0.0.1", resolve));
  target = (handler.address() as AddressInfo).port;
});

afterEach(async () => {
  await terminal?.close();
  handler.closeAllConnections();
  handler.close();
  rmSync(directory, { recursive: true, force: true });
});

const command = () => `'${process.execPath}' '${program}' ${target} --tunnel none --dir '${directory}/data'`;

/** Starts it in a terminal; resolves with the address of its endpoint when the screen is there. */
async function start(size: { columns: number; rows: number }, before = "", after = ""): Promise<string> {
  terminal = await openTerminal(size, directory);
  await terminal.type(`${before}${command()}${after}`);
  const screen = await terminal.shows(/local only/);
  return /http:\/\/127\.0\.0\.1:\d+/.exec(screen)?.[0] ?? "";
}

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
}

/** The terminal is the shell's again: its own screen, a visible cursor, lines and echo. */
async function expectSane() {
  await terminal.shows(/shell> $|shell>\s*$/);
  expect(await terminal.property("alternate_on")).toBe("0");
  expect(await terminal.property("cursor_flag")).toBe("1");
  await terminal.type("stty -a | tr ' ;' '\\n\\n' | grep -E '^-?(icanon|echo|isig)$' | sort | paste -sd,");
  await terminal.shows(/^echo,icanon,isig$/m);
}

describe.skipIf(!hasTmux)("in a real terminal", () => {
  test("shows deliveries as they come, and the terminal is as it was afterwards", async () => {
    const endpoint = await start(small);
    expect(await terminal.shows(/Nothing has arrived yet/)).toContain(endpoint);
    await post(`${endpoint}/hooks`, '{"hello":"world"}');
    await terminal.shows(/#1 .*POST \/hooks .* 200 /);
    await post(`${endpoint}/hooks?status=503`, "{}");
    await terminal.shows(/#2 .*status=503 .* 503 .* O/);
    await terminal.shows(/1 owed +2 kept/);
    const slow = post(`${endpoint}/slow?delay=1500`, "{}");
    await terminal.shows(/#3 .*sending…\s+\d/);
    await slow;
    await terminal.shows(/#3 .* 200 +1\.\d s/);
    await terminal.press("q");
    expect(await terminal.shows(/Owed: 1 delivery/)).toContain("Stopping");
    await expectSane();
  });

  test("opens a delivery, goes through its tabs, replays it", async () => {
    const endpoint = await start(medium);
    await post(`${endpoint}/hooks`, '{"b":1.50,"a":[1,2]}');
    await terminal.shows(/"b": 1\.50,/);
    await terminal.press("Enter", "]");
    await terminal.shows(/content-type: application\/json/i);
    await terminal.press("]");
    await terminal.shows(/200 OK .*\n.*\n[\s\S]*thanks/);
    await terminal.press("r");
    await terminal.shows(/#1 sent again: 200/);
    await terminal.shows(/×2/);
    await terminal.press("Escape");
    await terminal.press("X");
    await terminal.shows(/Forget #1 /);
    await terminal.press("y");
    await terminal.shows(/Nothing has arrived yet/);
  });

  test("filters while one types", async () => {
    const endpoint = await start(small);
    for (const status of [200, 500, 200, 503]) await post(`${endpoint}/x?status=${status}`, "{}");
    await terminal.shows(/#4 .* 503 /);
    await terminal.press("/", "status:5xx");
    await terminal.shows(/2 match/);
    await terminal.press("Enter");
    expect(await terminal.shows(/status:5xx +2 of 4/)).not.toMatch(/#1 /);
    await terminal.press("Escape");
    await terminal.shows(/#1 /);
    await terminal.press("!");
    await terminal.shows(/is:failure +2 of 4/);
  });

  test("puts the endpoint on the clipboard", async () => {
    const endpoint = await start(small);
    await terminal.press("y", "e");
    await terminal.shows(/copied the endpoint/);
    expect(await terminal.clipboard()).toBe(endpoint);
  });

  test("opens the browser at the selected delivery, by its key and by its name", async () => {
    const opened = join(directory, "opened");
    writeFileSync(join(directory, "xdg-open"), `#!/bin/sh\necho "$1" >>'${opened}'\n`, { mode: 0o755 });
    const endpoint = await start(small, `PATH='${directory}':$PATH `);
    await terminal.press("o");
    await terminal.shows(/opening the inspector /);
    for (const n of [1, 2]) await post(endpoint, JSON.stringify({ n }));
    await terminal.shows(/#2 .* 200 /);
    await terminal.press("j", "o");
    await terminal.shows(/opening the inspector at #1/);
    await terminal.press(":", "b", "r", "o", "w", "s", "e", "Enter");
    await expect.poll(() => readFileSync(opened, "utf8").trim().split("\n").length).toBe(3);
    const link = /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/;
    const places = readFileSync(opened, "utf8").trim().split("\n");
    expect(places.map((place) => place.replace(link, "…"))).toEqual(["…", "…&delivery=1", "…&delivery=1"]);
  });

  test("redraws at every size without leftovers", async () => {
    const endpoint = await start(small);
    for (let i = 0; i < 30; i += 1)
      await post(`${endpoint}/hooks/${i}`, JSON.stringify({ text: "世界".repeat(i) }));
    await terminal.shows(/#30 /);
    for (const size of [large, medium, small, { columns: 46, rows: 12 }, large, small]) {
      await terminal.resize(size);
      // The last row has the hints, the row below the header the title: nothing is above or below them.
      await terminal.shows(new RegExp(`^([^\\n]*\\n){${size.rows - 1}}Enter open[^\\n]*q quit *$`));
      const rows = await terminal.rows();
      expect(rows).toHaveLength(size.rows);
      expect(rows[0]).toMatch(/→ .*30 kept$/);
      expect(rows.filter((row) => row.startsWith("── Deliveries"))).toHaveLength(1);
      expect(rows.filter((row) => row.includes("#30 ")).length).toBe(size.columns >= 100 ? 2 : 1);
      const shown = rows.filter((row) => /^[ ▌] +#\d+ /.test(row)).length;
      expect(shown).toBe(Math.min(30, size.rows - 4));
    }
    await terminal.resize({ columns: 30, rows: 6 });
    await terminal.shows(/needs 40×10/);
    await terminal.resize(small);
    await terminal.shows(/#30 .*q quit/s);
  });

  test("shows hostile bytes as text", async () => {
    const endpoint = await start(medium);
    const title = await terminal.property("pane_title");
    await post(`${endpoint}/x`, "\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u009b32mgreen\u202e\r\n\ttab");
    const screen = await terminal.shows(/\\x1b\]0;owned\\x07\\x1b\[2J/);
    expect(screen).toContain("Deliveries");
    expect(await terminal.property("pane_title")).toBe(title);
  });

  test("Ctrl-Z gives the shell back, fg the screen", async () => {
    const endpoint = await start(small);
    await post(`${endpoint}/hooks`, "{}");
    await terminal.shows(/#1 .* 200 /);
    await terminal.press("C-z");
    await terminal.shows(/Stopped/);
    expect(await terminal.property("alternate_on")).toBe("0");
    await terminal.resize(medium);
    await terminal.type("fg");
    await terminal.shows(/^○ [^\n]*\n[^\n]*\n── Deliveries .*┬── #1 /);
    await terminal.press("j", "q");
    await expectSane();
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT"])("a %s leaves the terminal as it was", async (signal) => {
    await start(small);
    process.kill(await terminal.job(), signal);
    await terminal.shows(/Stopping/);
    await expectSane();
  });

  test("so does a crash, which says what it was", async () => {
    const fault = join(directory, "fault.mjs");
    writeFileSync(
      fault,
      `import { isMainThread } from "node:worker_threads";
       if (isMainThread) setTimeout(() => { throw new Error("planted"); }, 1500);`,
    );
    await start(small, `NODE_OPTIONS=--import=${fault} `);
    await terminal.shows(/hookspool: planted \(E_BUG\)/);
    await expectSane();
  });

  test("a stop from outside gives the shell back too", async () => {
    await start(small);
    process.kill(await terminal.job(), "SIGTSTP");
    await terminal.shows(/Stopped/);
    expect(await terminal.property("alternate_on")).toBe("0");
    await terminal.type("fg");
    await terminal.shows(/Nothing has arrived yet/);
    await terminal.press("q");
    await expectSane();
  });

  test("an editor has the terminal to itself, and what it changed is sent once that is said", async () => {
    const editor = join(directory, "editor");
    writeFileSync(
      editor,
      '#!/bin/sh\nprintf "the editor has %s" "$(stty -a | grep -o -- "-\\?icanon")"\nread -r line\nsed -i s/world/moon/ "$1"\n',
      { mode: 0o755 },
    );
    const endpoint = await start(small, `EDITOR='${editor}' `);
    await post(`${endpoint}/hooks`, '{"hello":"world"}');
    await terminal.shows(/#1 .* 200 /);
    await terminal.press("e");
    await terminal.shows(/the editor has icanon/);
    expect(await terminal.property("alternate_on")).toBe("0");
    await terminal.press("Enter");
    await terminal.shows(/The body was changed: sign it anew\?/);
    await terminal.press("n");
    await terminal.shows(/#1 edited and sent: 200/);
    await terminal.press("q");
    await expectSane();
  });

  test("with --mouse a click selects and the wheel moves", async () => {
    const endpoint = await start(small, "", " --mouse");
    for (let i = 0; i < 5; i += 1) await post(`${endpoint}/hooks/${i}`, "{}");
    await terminal.shows(/▌ +#5 /);
    expect(await terminal.property("mouse_any_flag")).toBe("1");
    await terminal.send("\u001b[<0;20;6M\u001b[<0;20;6m");
    await terminal.shows(/▌ +#3 /);
    await terminal.send("\u001b[<64;20;6M");
    await terminal.shows(/▌ +#5 /);
    await terminal.press("q");
    await expectSane();
    expect(await terminal.property("mouse_any_flag")).toBe("0");
  });

  test("exports to a new file beside others, its secrets masked", async () => {
    const endpoint = await start(small);
    await fetch(`${endpoint}/x`, {
      method: "POST",
      body: "{}",
      headers: { authorization: "Bearer abcdefghijklmnop" },
    });
    await terminal.shows(/#1 .* 200 /);
    for (const name of ["delivery-1.sh", "delivery-1-2.sh"]) {
      await terminal.press("x", "c");
      await terminal.shows(new RegExp(`written to .*${name.replace(".", "\\.")}`, "s"));
      expect(readFileSync(join(directory, name), "utf8")).toContain("Bear••••");
    }
    await terminal.press("y", "c");
    await terminal.shows(/copied #1 as curl/);
    expect(await terminal.clipboard()).toMatch(/^curl -X POST .*Bear••••/s);
  });

  test("shows rows of earlier runs, and goes to any by its number", async () => {
    const endpoint = await start(small);
    for (let i = 0; i < 300; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => post(`${endpoint}/hooks`, "{}")));
    await terminal.shows(/#300 /);
    await terminal.press("q");
    await terminal.shows(/shell> $|shell>\s*$/);
    await terminal.type(`clear; ${command()}`);
    await terminal.shows(/#300 .*/);
    await terminal.press(":", "7", "Enter");
    await terminal.shows(/▌ +#7 /);
    await terminal.press("G");
    await terminal.shows(/▌ +#1 /);
  });

  test.each(["CI=true", "TERM=dumb"])("with %s there are lines instead", async (setting) => {
    terminal = await openTerminal(small, directory);
    await terminal.type(`${setting} ${command()}`);
    await terminal.shows(/^Ready /m);
    expect(await terminal.property("alternate_on")).toBe("0");
  });

  test("has no colours under NO_COLOR", async () => {
    const endpoint = await start(small, "NO_COLOR=1 ");
    await post(`${endpoint}/hooks?status=500`, "{}");
    await terminal.shows(/▌ +#1 .* 500 /);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for.
    expect(await terminal.painted()).not.toMatch(/\u001b\[[\d;]*m/);
  });

  test.each([
    ["small", small],
    ["medium", medium],
    ["large", large],
  ])(
    "a whole session, %s",
    async (_name, size) => {
      await start(size, "HOOKSPOOL_SECRET_WAZZA=whsec_dGVzdHRlc3R0ZXN0dGVzdA== ");
      const wide = size.columns >= 100;
      await terminal.shows(/secrets: wazza/);
      await terminal.press("t");
      await terminal.shows(/▌ wazza +→ /);
      await terminal.send("wazza progress");
      await terminal.shows(/── Forge {2}1 /);
      await terminal.press("Escape");

      const { port } = new URL(
        /http:\/\/127\.0\.0\.1:\d+/.exec((await terminal.rows()).join("\n"))?.[0] ?? "",
      );
      const endpoint = `http://127.0.0.1:${port}`;
      await post(`${endpoint}/hooks`, '{"first":{"a":1,"b":[2,3]},"second":true}');
      await terminal.shows(/#1 .*POST \/hooks .* 200 /);
      await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          post(`${endpoint}/burst/${i}?status=${i % 20 ? 200 : 503}`, `{"n":${i}}`),
        ),
      );
      await terminal.shows(/61 kept/);

      await terminal.press("/");
      await terminal.send("status:5xx");
      await terminal.shows(/3 match/);
      await terminal.press("Enter", "Escape");
      await terminal.shows(/── Deliveries {2}following/);

      await terminal.press("t");
      await terminal.send("wazza completed");
      await terminal.press("Enter");
      await terminal.shows(/forged wazza .*taken by the handler/);
      await terminal.shows(/#62 .* ✓ 200 .*F/);
      await terminal.press("Enter", "]", "]", "]");
      await terminal.shows(/\[Signature\][\s\S]*✓ verified[\s\S]*expected/);
      await terminal.press("]", "]");
      await terminal.shows(/\[Job\][\s\S]*job_[\s\S]*Outputs/);
      await terminal.press("r");
      await terminal.shows(/#62 sent again: 200/);
      await terminal.press("R");
      await terminal.shows(/#62 signed anew and sent: 200/);

      await terminal.press(":", "1", "Enter", "[", "[", "[", "[", "[");
      if (!wide) await terminal.press("Enter");
      await terminal.shows(/\[Body\][\s\S]*"b": \[/);
      await terminal.press("-");
      await terminal.shows(/"first": \{ … \d+ lines \}/);
      await terminal.press("Escape", "Space", "k", "=");
      await terminal.shows(/── #1 beside #\d+ [\s\S]*≠ /);
      await terminal.press("q", "Escape");

      await terminal.press("p");
      await terminal.shows(/on hold/);
      await post(`${endpoint}/held`, "{}");
      await terminal.shows(/4 owed/);
      await terminal.press("p");
      await terminal.shows(/3 owed/);
      await terminal.press("P");
      await terminal.shows(/delivered 0 of \d/);

      for (const to of [small, large, medium, size]) {
        await terminal.resize(to);
        await terminal.shows(new RegExp(`^([^\\n]*\\n){${to.rows - 1}}[^\\n]*q quit *$`));
      }
      await terminal.press("q");
      await terminal.shows(/Owed: 3 deliveries/);
      await expectSane();
    },
    60_000,
  );

  test("hostile deliveries leave the screen as it is", async () => {
    const endpoint = await start(medium);
    const title = await terminal.property("pane_title");
    const bodies = [
      `{"id":"a\u001b]0;owned\u0007","status":"completed\u001b[2J"}`,
      `{"lone":"\\ud800","nul":"\u0000","answer":"\u001b[c\u001b[6n\u0005"}`,
      "x".repeat(1024 * 1024),
      "\u0000".repeat(5_000),
      "\u202e\u2066\u200f שלום 👩‍👩‍👧‍👦 🏳️‍🌈 é\u0301\u0301\u0301 世界".repeat(30),
      Buffer.from([0xff, 0xd8, 0xed, 0xa0, 0x80, 0x9b, 0x33, 0x31, 0x6d]),
    ];
    for (const [i, body] of bodies.entries()) {
      await fetch(`${endpoint}/%1b%5b2J?token=\u009b31m`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "x-hostile": "\u009b2Jé" },
      });
      await terminal.shows(new RegExp(`#${i + 1} .* 200 `));
      for (const tab of ["]", "]", "]", "]", "]", "]"]) {
        await terminal.press(tab);
        const rows = await terminal.rows();
        expect(rows).toHaveLength(medium.rows);
        expect(rows[2]).toMatch(/^── Deliveries .*┬── #\d/);
        expect(rows.at(-1)).toMatch(/q quit/);
      }
    }
    expect(await terminal.property("pane_title")).toBe(title);
    await terminal.press("q");
    await expectSane();
  });
});

describe("without a terminal", () => {
  test("it is refused by name", () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [program, "3000", "--output", "tui", "--dir", directory],
      {
        encoding: "utf8",
      },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("the terminal UI needs a terminal for itself (E_USAGE)");
  });
});
