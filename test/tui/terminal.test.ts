import { describe, expect, test } from "vitest";
import { openTerminal } from "../../src/tui/terminal.ts";
import { fakeTerminal } from "./fake-terminal.ts";

function opened({ mouse = false, onGone = () => {} } = {}) {
  const fake = fakeTerminal({ columns: 20, rows: 4 });
  const terminal = openTerminal({
    ...fake,
    mouse,
    onInput: () => {},
    onGone,
    onCrash: (error) => {
      throw error;
    },
  });
  return { terminal, ...fake };
}

describe("drawing", () => {
  test("writes every row once, then only those that changed", async () => {
    const { terminal, screen, written } = opened();
    terminal.draw(["one", "two", "three", "four"]);
    await expect.poll(screen).toEqual(["one", "two", "three", "four"]);
    const before = written().length;
    terminal.draw(["one", "2", "three", "four"]);
    await expect.poll(screen).toEqual(["one", "2", "three", "four"]);
    expect(written().slice(before)).not.toContain("three");
  });

  test("writes all of it anew after the terminal may have changed", async () => {
    const { terminal, screen, written } = opened();
    terminal.draw(["a", "b", "c", "d"]);
    await expect.poll(screen).toEqual(["a", "b", "c", "d"]);
    const before = written().length;
    terminal.forget();
    terminal.draw(["a", "b", "c", "d"]);
    await expect.poll(() => written().slice(before)).toMatch(/a.*b.*c.*d/s);
    expect(screen()).toEqual(["a", "b", "c", "d"]);
  });

  test("shows the first frame before Ink is there, and the same after it", async () => {
    const { terminal, screen, written } = opened();
    terminal.draw(["a", "b", "c", "d"]);
    expect(screen()).toEqual(["a", "b", "c", "d"]);
    const early = written().length;
    await expect.poll(() => written().length).toBeGreaterThan(early);
    await expect.poll(screen).toEqual(["a", "b", "c", "d"]);
  });

  test("leaves the terminal alone while it is lent", () => {
    const { terminal, written } = opened();
    terminal.lend();
    const before = written().length;
    terminal.draw(["a", "b", "c", "d"]);
    terminal.lend();
    expect(written()).toHaveLength(before);
  });
});

test.each([false, true])("all modes are as they were when it is given back, mouse: %s", (mouse) => {
  const { terminal, modes, input } = opened({ mouse });
  expect(modes().size).toBeGreaterThan(0);
  expect(input.isRaw).toBe(true);
  terminal.lend();
  expect([...modes()]).toEqual([]);
  expect(input.isRaw).toBe(false);
  terminal.take();
  expect(modes().has("1049")).toBe(true);
  expect(modes().has("1000")).toBe(mouse);
});

test.each<[string, (input: ReturnType<typeof opened>["input"]) => unknown]>([
  ["ends", (input) => input.push(null)],
  ["closes", (input) => input.destroy()],
  ["fails", (input) => input.destroy(new Error("EIO"))],
])("says that it is gone when what is typed %s, also while it is lent", async (_how, end) => {
  for (const lent of [false, true]) {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const { terminal, input } = opened({ onGone: resolve });
    if (lent) terminal.lend();
    end(input);
    input.resume();
    await gone;
  }
});
