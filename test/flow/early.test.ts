import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, type Line, type Listening, startListen } from "../support/hookspool.ts";
import { jobOf, jobPost } from "../support/job-post.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { closedPort, ok, startHandler } from "../support/raw-handler.ts";

const no = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
const listenEarly = (target: number, dir = temporaryFolder(), more: readonly string[] = []) =>
  startListen(target, ["--ack", "early", ...more], { dir });

const attemptsOf = (listening: Listening, delivery: number): Line[] =>
  listening.lines.filter((line) => line.type === "attempt" && line.delivery === delivery);
const taken = (listening: Listening, delivery: number) =>
  listening.line((line) => line.type === "attempt" && line.delivery === delivery && line.status === 200);
const owedOf = async (dir: string) =>
  (await hookspool(["ls", "--owed", "--json"], { dir })).lines().map(({ id }) => id);

describe("--ack early", () => {
  test("answers 202 while the handler takes its time", async () => {
    const handler = await startHandler(() => {});
    const listening = await listenEarly(handler.port);
    const answer = await ask(listening.port, post("/a", "x"));
    expect(statusOf(answer)).toBe(202);
    expect(answer.body.toString()).toBe("hookspool: delivery 1 is kept and will be handed on.\n");
    expect((await handler.next()).body.toString()).toBe("x");
    handler.connections.at(-1)?.write(ok);
    expect(await taken(listening, 1)).toMatchObject({ number: 1, trigger: "capture" });
    await listening.stop();
    expect(listening.stderr()).not.toContain("Owed");
  });

  test("waits for a closed port, spends no tries on it, and starts within 250 ms of its opening", async () => {
    const port = await closedPort();
    const listening = await listenEarly(port);
    const jobs = ["a", "b", "c"];
    for (let percent = 1; percent <= 5; percent += 1)
      for (const job of jobs) expect(statusOf(await ask(listening.port, jobPost(job, percent)))).toBe(202);
    const handler = await startHandler(ok, { port });
    const opened = performance.now();
    await handler.next();
    expect(performance.now() - opened).toBeLessThan(250);
    for (let id = 1; id <= 15; id += 1) await taken(listening, id);

    for (const job of jobs)
      expect(handler.requests.map(jobOf).filter((of) => of.startsWith(job))).toEqual(
        [1, 2, 3, 4, 5].map((percent) => `${job} ${percent}`),
      );
    expect(attemptsOf(listening, 1)).toMatchObject([{ number: 1, trigger: "capture" }]);
    await listening.stop();
    expect(await owedOf(listening.dir)).toEqual([]);
  });

  test("tries again after a 500, the rest of the job behind it, other jobs beside it", async () => {
    let refusals = 2;
    const handler = await startHandler((socket, request) => {
      socket.write(jobOf(request) === "a 1" && refusals-- > 0 ? no : ok);
    });
    const listening = await listenEarly(handler.port);
    for (const [job, percent] of [
      ["a", 1],
      ["a", 2],
      ["b", 1],
    ] as const)
      await ask(listening.port, jobPost(job, percent));
    for (const id of [1, 2, 3]) await taken(listening, id);
    expect(handler.requests.map(jobOf).filter((of) => of.startsWith("a"))).toEqual([
      "a 1",
      "a 1",
      "a 1",
      "a 2",
    ]);
    expect(attemptsOf(listening, 1).map(({ number, trigger, status }) => [number, trigger, status])).toEqual([
      [1, "capture", 500],
      [2, "redelivery", 500],
      [3, "redelivery", 200],
    ]);
    expect(attemptsOf(listening, 3)).toHaveLength(1);
    await listening.stop();
  });

  test("goes on after a restart with what is owed to this target, and with nothing else", async () => {
    const handler = await startHandler(no);
    const passing = await startListen(handler.port);
    await ask(passing.port, jobPost("p", 1));
    await passing.stop();
    const { dir } = passing;
    const first = await listenEarly(handler.port, dir);
    await ask(first.port, jobPost("a", 1));
    await first.attempt(2);
    await first.stop();

    handler.answer = ok;
    const second = await listenEarly(handler.port, dir);
    expect(await taken(second, 2)).toMatchObject({ trigger: "redelivery" });
    await second.stop();
    expect(await owedOf(dir)).toEqual([1]);
  });

  test("ends after its patience in spite of a handler that hangs, whose delivery stays owed", async () => {
    const handler = await startHandler(() => {});
    const listening = await listenEarly(handler.port);
    await ask(listening.port, post("/a", "x"));
    await handler.next();
    const start = performance.now();
    expect(await listening.stop()).toBe(0);
    expect(performance.now() - start).toBeLessThan(6_000);
    expect(listening.lines.at(-1)).toMatchObject({ type: "attempt", outcome: "aborted" });
    expect(listening.stderr()).toContain("To deliver: hookspool redeliver --dir");
  });

  test("gives up on what is too old; it stays owed, says so, and a new start tries it again", async () => {
    const handler = await startHandler(no);
    const first = await listenEarly(handler.port, undefined, ["--give-up-after", "1ms"]);
    await ask(first.port, jobPost("a", 1));
    await ask(first.port, jobPost("a", 2));
    expect(await first.line(({ type, delivery }) => type === "given-up" && delivery === 2)).toMatchObject({
      attempts: 1,
    });
    await first.stop();
    const listed = await hookspool(["ls", "--owed", "--json"], first);
    expect(listed.lines()).toMatchObject([
      { id: 2, givenUp: true },
      { id: 1, givenUp: true },
    ]);

    handler.answer = ok;
    const second = await listenEarly(handler.port, first.dir);
    await taken(second, 2);
    await second.stop();
    expect(await owedOf(first.dir)).toEqual([]);
  });

  test("a provider's own retry that succeeds settles the delivery before it", async () => {
    const port = await closedPort();
    const listening = await startListen(port);
    expect(statusOf(await ask(listening.port, jobPost("a", 1)))).toBe(503);
    await startHandler(ok, { port });
    expect(statusOf(await ask(listening.port, jobPost("a", 1)))).toBe(200);
    await taken(listening, 2);
    await listening.stop();
    expect(listening.stderr()).not.toContain("Owed");
    const [, first] = (await hookspool(["ls", "--json"], listening)).lines();
    expect(first).toMatchObject({ id: 1, owed: false, settledBy: 2, lastOutcome: "refused" });
    expect((await hookspool(["show", "1"], listening)).stdout).toContain("settled by #2");
  });
});
