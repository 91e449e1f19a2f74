import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, type Line, type Listening, startListen } from "../support/hookspool.ts";
import { jobOf, jobPost } from "../support/job-post.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { closedPort, ok, startHandler } from "../support/raw-handler.ts";

const isHold = (held: boolean, waiting: number) => (line: Line) =>
  line.type === "hold" && line.held === held && line.waiting === waiting;
const tell = async (command: "hold" | "resume", { dir }: { readonly dir: string }) =>
  (await hookspool([command, "--json"], { dir })).lines()[0];
const owedOf = async ({ dir }: { readonly dir: string }) =>
  (await hookspool(["ls", "--owed", "--json"], { dir })).lines().map(({ id }) => id);
const taken = (listening: Listening, delivery: number) =>
  listening.line((line) => line.type === "attempt" && line.delivery === delivery && line.status === 200);

/** Sends so many of each job, in turns; says how the senders were answered. */
async function sendJobs({ port }: Listening, jobs: readonly string[], percents: readonly number[]) {
  const statuses: number[] = [];
  for (const percent of percents)
    for (const job of jobs) statuses.push(statusOf(await ask(port, jobPost(job, percent))));
  return [...new Set(statuses)];
}

test("what is held is kept over kill -9, and each is handed over once, in order, after resume", async () => {
  const handler = await startHandler();
  const killed = await startListen(handler.port, ["--hold"]);
  await killed.line(isHold(true, 0));
  const answer = await ask(killed.port, jobPost("a", 1));
  expect(statusOf(answer)).toBe(202);
  expect(answer.body.toString()).toMatch(/^hookspool: delivery 1 is kept and held/);
  expect(await sendJobs(killed, ["a", "b"], [2, 3, 4])).toEqual([202]);
  killed.signal("SIGKILL");
  await killed.exited;
  expect(await owedOf(killed)).toEqual([7, 6, 5, 4, 3, 2, 1]);

  const next = await startListen(handler.port, [], { dir: killed.dir });
  await next.line(isHold(true, 7));
  expect(statusOf(await ask(next.port, jobPost("b", 5)))).toBe(202);
  expect(handler.requests).toEqual([]);

  expect(await tell("resume", next)).toMatchObject({ held: false, waiting: 8 });
  await next.line(isHold(false, 8));
  await next.line(isHold(false, 0));
  const received = handler.requests.map(jobOf);
  expect(received.filter((of) => of.startsWith("a"))).toEqual(["a 1", "a 2", "a 3", "a 4"]);
  expect(received.filter((of) => of.startsWith("b"))).toEqual(["b 2", "b 3", "b 4", "b 5"]);
  expect(statusOf(await ask(next.port, jobPost("a", 5)))).toBe(200);
  await next.stop();
  expect(next.stderr()).not.toContain("Owed");
  expect(next.lines.filter(({ type }) => type === "attempt")).toHaveLength(9);
});

test("a session that is held ends saying how many are owed and how to go on", async () => {
  const listening = await startListen(await closedPort(), ["--hold"]);
  expect(await sendJobs(listening, ["a"], [1, 2])).toEqual([202]);
  expect(await listening.stop()).toBe(0);
  expect(listening.stderr()).toMatch(/Owed: 2 deliveries .* hookspool redeliver --dir/);
  expect(listening.stderr()).toMatch(/still held.*hookspool resume --dir/);

  const nobody = await hookspool(["resume"], { dir: listening.dir });
  expect(nobody).toMatchObject({ code: 0, stdout: expect.stringContaining("2 deliveries") });
  expect(nobody.stderr).toContain("Nothing listens for it now");
});

test("a session that cannot start holds nothing", async () => {
  const { port } = await startHandler();
  const dir = temporaryFolder();
  const failed = await hookspool(["1234", "--tunnel", "none", "--hold", "--port", String(port)], { dir });
  expect(failed.stderr).toContain("(E_PORT)");
  expect((await hookspool(["resume"], { dir })).stderr).toContain("Nothing was held");
});

describe("resume", () => {
  test("waits for a closed port; what comes meanwhile goes behind its job, and else is forwarded", async () => {
    const port = await closedPort();
    const listening = await startListen(port, ["--hold"]);
    expect(await sendJobs(listening, ["a", "b"], [1, 2])).toEqual([202]);
    await tell("resume", listening);
    await listening.line(isHold(false, 4));
    expect(await sendJobs(listening, ["a", "b"], [3])).toEqual([202]);
    expect(statusOf(await ask(listening.port, jobPost("c", 1)))).toBe(503);
    expect(statusOf(await ask(listening.port, post("/", "no job")))).toBe(503);

    const handler = await startHandler(ok, { port });
    await listening.line(isHold(false, 0));
    for (const job of ["a", "b"])
      expect(handler.requests.map(jobOf).filter((of) => of.startsWith(job))).toEqual([
        `${job} 1`,
        `${job} 2`,
        `${job} 3`,
      ]);
    await listening.stop();
    expect(await owedOf(listening)).toEqual([8, 7]);
  });

  test("goes on where a kill -9 has broken it off", async () => {
    const port = await closedPort();
    const killed = await startListen(port, ["--hold"]);
    await sendJobs(killed, ["a"], [1, 2]);
    await tell("resume", killed);
    await killed.line(isHold(false, 2));
    killed.signal("SIGKILL");
    await killed.exited;
    const handler = await startHandler(ok, { port });
    const next = await startListen(port, [], { dir: killed.dir });
    await next.line(isHold(false, 0));
    expect(handler.requests.map(jobOf)).toEqual(["a 1", "a 2"]);
    await next.stop();
  });

  test("may be followed by another hold before it is through", async () => {
    const port = await closedPort();
    const listening = await startListen(port, ["--hold"]);
    await sendJobs(listening, ["a"], [1]);
    await tell("resume", listening);
    await listening.line(isHold(false, 1));
    await tell("hold", listening);
    await listening.line(isHold(true, 1));
    const handler = await startHandler(ok, { port });
    expect(await sendJobs(listening, ["a", "b"], [2])).toEqual([202]);
    expect(handler.requests).toEqual([]);
    await tell("resume", listening);
    await listening.line(isHold(false, 0));
    expect(handler.requests.map(jobOf).sort()).toEqual(["a 1", "a 2", "b 2"]);
    await listening.stop();
  });

  test("where nothing was held says so, and changes nothing", async () => {
    const handler = await startHandler();
    const listening = await startListen(handler.port);
    const run = await hookspool(["resume", "--json"], { dir: listening.dir });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("Nothing was held") });
    expect(statusOf(await ask(listening.port, post("/", "x")))).toBe(200);
    await listening.stop();
  });
});

test.each(["pass", "early"])(
  "hold and resume reach a session of --ack %s from another process",
  async (ack) => {
    const handler = await startHandler();
    const listening = await startListen(handler.port, ["--ack", ack]);
    await ask(listening.port, jobPost("a", 1));
    await taken(listening, 1);
    const began = performance.now();
    expect(await tell("hold", listening)).toMatchObject({ held: true, waiting: 0 });
    await listening.line(isHold(true, 0));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await sendJobs(listening, ["a"], [2, 3])).toEqual([202]);
    expect(handler.requests.map(jobOf)).toEqual(["a 1"]);
    await tell("resume", listening);
    await taken(listening, 3);
    expect(handler.requests.map(jobOf)).toEqual(["a 1", "a 2", "a 3"]);
    await listening.stop();
  },
);

test("a hold is for one target", async () => {
  const handler = await startHandler();
  const listening = await startListen(handler.port);
  const elsewhere = await hookspool(["hold", "--to", "9", "--json"], { dir: listening.dir });
  expect(elsewhere.lines()).toMatchObject([{ held: true, target: "http://localhost:9" }]);
  expect(statusOf(await ask(listening.port, post("/", "x")))).toBe(200);
  await listening.stop();
});

test("redeliver hands over what is held, since nobody else does", async () => {
  const handler = await startHandler();
  const listening = await startListen(handler.port, ["--hold"]);
  await sendJobs(listening, ["a"], [1, 2]);
  expect(await hookspool(["redeliver"], { dir: listening.dir })).toMatchObject({ code: 0 });
  expect(handler.requests.map(jobOf)).toEqual(["a 1", "a 2"]);
  await tell("resume", listening);
  await listening.line(isHold(false, 0));
  await listening.stop();
  expect(handler.requests).toHaveLength(2);
});
