import { expect, test } from "vitest";
import { hookspool, type Listening, startListen } from "../support/hookspool.ts";
import { jobOf, jobPost } from "../support/job-post.ts";
import { ask, statusOf } from "../support/raw-client.ts";
import { ok, startHandler } from "../support/raw-handler.ts";

const no = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
const listenEarly = (port: number, dir?: string) =>
  startListen(port, ["--ack", "early"], dir === undefined ? {} : { dir });
const attemptsOf = ({ lines }: Listening) => lines.filter(({ type }) => type === "attempt");

/** One job's deliveries, in turns to both. */
async function sendTo(sessions: readonly Listening[], job: string, percents: readonly number[]) {
  for (const percent of percents)
    for (const [i, { port }] of sessions.entries())
      expect(statusOf(await ask(port, jobPost(job, 10 * percent + i)))).toBe(202);
}

test("of two early sessions with one target, one hands over for both, once each, and the other after it", async () => {
  const handler = await startHandler();
  const first = await listenEarly(handler.port);
  const second = await listenEarly(handler.port, first.dir);
  await sendTo([first, second], "a", [1, 2, 3]);
  await expect.poll(() => attemptsOf(first).length).toBe(6);
  expect(handler.requests.map(jobOf)).toEqual(["a 10", "a 11", "a 20", "a 21", "a 30", "a 31"]);
  expect(attemptsOf(second)).toEqual([]);

  first.signal("SIGKILL");
  await first.exited;
  const killed = performance.now();
  await sendTo([second], "b", [1, 2]);
  await expect.poll(() => attemptsOf(second).length).toBe(2);
  expect(performance.now() - killed).toBeLessThan(5_000);
  expect(handler.requests).toHaveLength(8);
  await second.stop();
  expect(second.stderr()).not.toContain("Owed");
});

test("what was held in two sessions is handed over once each", async () => {
  const handler = await startHandler();
  const first = await startListen(handler.port, ["--hold"]);
  const second = await startListen(handler.port, [], { dir: first.dir });
  await sendTo([first, second], "a", [1, 2]);
  await hookspool(["resume"], first);
  for (const session of [first, second])
    await session.line(({ type, held, waiting }) => type === "hold" && held === false && waiting === 0);
  expect(handler.requests.map(jobOf)).toEqual(["a 10", "a 11", "a 20", "a 21"]);
  expect(statusOf(await ask(second.port, jobPost("a", 30)))).toBe(200);
  await Promise.all([first.stop(), second.stop()]);
});

test("redeliver leaves to a session what it is at, which then tries at once", async () => {
  const handler = await startHandler(no);
  const session = await listenEarly(handler.port);
  await sendTo([session], "a", [1, 2]);
  // By then it waits for seconds between two tries.
  await session.line(({ type, number }) => type === "attempt" && number === 5);
  handler.answer = ok;
  const run = await hookspool(["redeliver"], session);
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("2 deliveries are in the hands of") });
  const asked = performance.now();
  await session.line(({ type, delivery, status }) => type === "attempt" && delivery === 2 && status === 200);
  expect(performance.now() - asked).toBeLessThan(2_000);
  await session.stop();
});
