import { describe, expect, test } from "vitest";
import { matchCount } from "../../src/tui/selectors.ts";
import { selected } from "../../src/tui/state.ts";
import { WINDOW_ROWS } from "../../src/tui/window.ts";
import { answered, attempt, delivery } from "../support/delivery.ts";
import { scene } from "./scene.ts";

const many = (count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => answered(200, { id: from + i }));
const idOf = (at: ReturnType<typeof scene>) => selected(at.state())?.id;

describe("following", () => {
  test("the newest delivery is selected as it comes", () => {
    const at = scene({ history: many(3) });
    at.arrive(delivery({ id: 4 }));
    expect(idOf(at)).toBe(4);
  });

  test("who moves down stays with what is selected", () => {
    const at = scene({ history: many(3) });
    at.press("j");
    at.arrive(delivery({ id: 4 }), delivery({ id: 5 }));
    expect(idOf(at)).toBe(2);
    expect(at.state().follow).toBe(false);
  });

  test("the selected row keeps its place on the screen", () => {
    const at = scene({ history: many(100) });
    at.press("<pagedown>jjj");
    const place = () => at.state().cursor - at.state().top;
    const before = place();
    at.arrive(...many(30, 101));
    expect(place()).toBe(before);
  });

  test("F follows again", () => {
    const at = scene({ history: many(3) });
    at.press("jjF");
    expect(idOf(at)).toBe(3);
    at.arrive(delivery({ id: 4 }));
    expect(idOf(at)).toBe(4);
  });

  test("an open delivery stays open while others come", () => {
    const at = scene({ history: many(3) });
    at.press("<enter>");
    at.arrive(delivery({ id: 4 }));
    expect(idOf(at)).toBe(3);
  });
});

describe("a long history", () => {
  const history = many(10_000);

  test("is read page by page as one scrolls", () => {
    const at = scene({ history });
    expect(at.state().window.rows.length).toBeLessThan(1_000);
    for (let i = 0; i < 200; i += 1) at.press("<pagedown>");
    expect(idOf(at)).toBeLessThan(7_000);
    expect(at.state().window.rows.length).toBeLessThanOrEqual(WINDOW_ROWS);
  });

  test("G goes to the oldest without reading what lies between, g back to the newest", () => {
    const at = scene({ history });
    at.press("G");
    expect(idOf(at)).toBe(1);
    at.press("kkk");
    expect(idOf(at)).toBe(4);
    expect(at.pages()).toBeLessThan(5);
    at.press("g");
    expect(idOf(at)).toBe(10_000);
  });

  test("what is scrolled through is complete, there and back", () => {
    const at = scene({ history });
    const seen = new Set<number>();
    const look = () => {
      for (const { id } of at.state().window.rows.slice(at.state().top, at.state().top + 30)) seen.add(id);
    };
    for (let i = 0; i < 600; i += 1, at.press("<pagedown>")) look();
    expect(seen.size).toBe(10_000);
    for (let i = 0; i < 600; i += 1) at.press("<pageup>");
    expect(idOf(at)).toBe(10_000);
  });

  test("memory is bounded however much arrives", () => {
    const at = scene();
    for (let i = 0; i < 50; i += 1) at.arrive(...many(100, 1 + i * 100));
    expect(at.state().window.rows.length).toBe(WINDOW_ROWS);
    expect(idOf(at)).toBe(5_000);
  });

  test("what arrives while one reads on in a full window is there when one comes back", () => {
    const at = scene({ history: many(WINDOW_ROWS) });
    at.press("j");
    for (let i = 0; i < 30; i += 1) at.arrive(...many(100, WINDOW_ROWS + 1 + i * 100));
    expect(idOf(at)).toBe(WINDOW_ROWS - 1);
    at.press("g");
    expect(idOf(at)).toBe(WINDOW_ROWS + 3_000);
  });
});

describe("attempts", () => {
  test("what became of a delivery is shown", () => {
    const at = scene();
    at.arrive(delivery({ id: 1 }));
    at.notice({ type: "attempt", attempt: attempt({ delivery: 1, status: 503, number: 1 }) });
    expect(selected(at.state())).toMatchObject({ attempts: 1, lastStatus: 503, owed: true });
    at.notice({ type: "attempt", attempt: attempt({ delivery: 1, status: 200, number: 2 }) });
    expect(selected(at.state())).toMatchObject({ attempts: 2, lastStatus: 200, owed: false });
  });

  test("an attempt that the store has told of already changes nothing", () => {
    const at = scene({ history: [answered(200, { id: 1, attempts: 2 })] });
    at.notice({ type: "attempt", attempt: attempt({ delivery: 1, status: 500, number: 1 }) });
    expect(selected(at.state())?.lastStatus).toBe(200);
  });

  test("an open delivery is read again", () => {
    const at = scene({ columns: 120, history: many(1) });
    at.show({});
    at.notice({ type: "attempt", attempt: attempt({ delivery: 1, number: 2 }) });
    expect(at.state().detailStale).toBe(true);
  });
});

describe("filtering", () => {
  const history = [
    answered(200, { id: 1 }),
    answered(500, { id: 2 }),
    answered(200, { id: 3, provider: "fal" }),
    answered(503, { id: 4, provider: "fal" }),
  ];

  test("counts as one types, and Esc takes it back", () => {
    const at = scene({ history });
    at.press("/status:5");
    expect(matchCount(at.state())).toEqual({ found: 2, complete: true });
    at.press("xx provider:fal");
    expect(matchCount(at.state()).found).toBe(1);
    at.press("<esc>");
    expect(matchCount(at.state()).found).toBe(4);
  });

  test("stays while a term is not yet one", () => {
    const at = scene({ history });
    at.press("/status:5xx sig:z");
    expect(at.state().filter.source).toBe("status:5xx sig:");
    expect(matchCount(at.state()).found).toBe(2);
  });

  test("! shows what went wrong, ! again everything", () => {
    const at = scene({ history });
    at.press("!");
    expect(at.state().window.rows.map(({ id }) => id)).toEqual([4, 2]);
    at.press("!");
    expect(at.state().window.rows).toHaveLength(4);
  });

  test("takes in what comes and passes, and asks for what changed", () => {
    const at = scene({ history });
    at.press("/status:5xx<enter>");
    at.arrive(delivery({ id: 5 }));
    expect(idOf(at)).toBe(4);
    at.notice({ type: "attempt", attempt: attempt({ delivery: 5, status: 500 }) });
    expect(at.state().toReread).toEqual([5]);
    at.act({ type: "reread", ids: [5], found: [answered(500, { id: 5 })] });
    expect(idOf(at)).toBe(5);
  });

  test("reads a delivery again when its verdict has come late", () => {
    const at = scene({ history });
    const verification = { verdict: "verified", reason: null, explanation: "the signature fits" } as const;
    at.notice({ type: "verdict", delivery: 3, verification });
    expect(at.state().toReread).toEqual([3]);
  });

  test("lets go of what no longer passes", () => {
    const at = scene({ history });
    at.press("/is:owed<enter>");
    at.notice({ type: "attempt", attempt: attempt({ delivery: 4, status: 200, number: 2 }) });
    expect(at.state().window.rows.map(({ id }) => id)).toEqual([2]);
  });

  test("searches a long history to its end", () => {
    const at = scene({ history: [answered(500, { id: 1 }), ...many(9_000, 2)] });
    at.press("/status:500");
    expect(matchCount(at.state())).toEqual({ found: 1, complete: true });
  });

  test.each([
    ["<ctrl-w>", "status:5xx "],
    ["<backspace>", "status:5xx f"],
    ["<ctrl-u>", ""],
  ])("%s erases", (key, left) => {
    const at = scene({ history });
    at.press(`/status:5xx fa${key}`);
    expect(at.state().mode).toMatchObject({ kind: "filter", text: left });
  });
});

describe("asking", () => {
  test("nothing is forgotten without a yes", () => {
    const at = scene({ history: many(2) });
    at.press("X");
    expect(at.state().mode).toEqual({ kind: "remove", ids: [2], isAll: false });
    at.press("q");
    expect(at.state().mode.kind).toBe("browse");
  });

  test("what is forgotten leaves the list", () => {
    const at = scene({ history: many(3) });
    at.press("j");
    at.act({ type: "removed", ids: [2] });
    expect(at.state().window.rows.map(({ id }) => id)).toEqual([3, 1]);
  });
});

test("notices that were dropped are made up for from the store", () => {
  const at = scene({ history: many(3) });
  const later = many(50, 4);
  at.notice(...later.map((one) => ({ type: "delivery" as const, delivery: one })).slice(0, 1));
  at.act({ type: "fell-behind" });
  expect(idOf(at)).toBe(4);
});

describe("going to a delivery", () => {
  test("by its number, far away, and on from there both ways", () => {
    const at = scene({ history: many(10_000) });
    at.act({ type: "gone", id: 5_000 });
    expect(idOf(at)).toBe(5_000);
    at.press("j");
    expect(idOf(at)).toBe(4_999);
    at.press("kk");
    expect(idOf(at)).toBe(5_001);
    expect(at.pages()).toBeLessThan(8);
  });

  test("past a filter that hides it", () => {
    const at = scene({ history: many(5) });
    at.press("/status:5xx<enter>");
    at.act({ type: "gone", id: 3 });
    expect(idOf(at)).toBe(3);
    expect(at.state().filter.source).toBe("");
  });
});

describe("marks", () => {
  test("Space marks and goes on, X and x mean the marked", () => {
    const at = scene({ history: many(5) });
    at.press("  ");
    expect(at.state().marks).toEqual([5, 4]);
    at.press("X");
    expect(at.state().mode).toEqual({ kind: "remove", ids: [4, 5], isAll: false });
    at.press("<esc>x");
    expect(at.state().mode).toEqual({ kind: "export", ids: [4, 5] });
    at.press("<esc>");
    at.act({ type: "removed", ids: [5] });
    expect(at.state().marks).toEqual([4]);
    at.press("<esc>");
    expect(at.state().marks).toEqual([]);
  });
});

describe("the mouse", () => {
  test("a click selects, the wheel moves", () => {
    const at = scene({ history: many(50), columns: 120, rows: 40 });
    at.act({ type: "clicked", column: 5, row: 7 });
    expect(idOf(at)).toBe(46);
    at.act({ type: "wheeled", column: 5, rows: 3 });
    expect(idOf(at)).toBe(43);
    at.show({});
    at.act({ type: "clicked", column: 100, row: 6 });
    expect(at.state().focus).toBe("detail");
    at.act({ type: "clicked", column: 5, row: 0 });
    expect(idOf(at)).toBe(43);
  });
});

describe("the command line", () => {
  test.each([
    [":wr<tab>", "wrap "],
    [":del", "del"],
    [":de<tab>", "del"],
  ])("%s completes", (keys, text) => {
    const at = scene({ history: many(2) });
    at.press(keys);
    expect(at.state().mode).toEqual({ kind: "line", text });
  });

  test("what is no command stays, so that it can be mended", () => {
    const at = scene({ history: many(2) });
    at.press(":xyzzy<enter>");
    expect(at.state().mode).toEqual({ kind: "line", text: "xyzzy" });
  });
});

test("a filter that asks for words leaves it to the store what has just come", () => {
  const at = scene({ history: many(3) });
  at.press('/search:"fat cat"<enter>');
  at.arrive(delivery({ id: 4 }));
  expect(at.state().toReread).toEqual([4]);
  at.act({ type: "reread", ids: [4], found: [delivery({ id: 4 })] });
  expect(at.state().window.rows[0]?.id).toBe(4);
});
