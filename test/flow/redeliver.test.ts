import { expect, test } from "vitest";
import { hookspool, startListen, startRunning } from "../support/hookspool.ts";
import { jobOf, jobPost } from "../support/job-post.ts";
import { ask, post } from "../support/raw-client.ts";
import { type Answer, closedPort, ok, startHandler } from "../support/raw-handler.ts";

const no = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";

/** A handler that has refused these deliveries, all of them owed. */
async function owing(...deliveries: readonly (readonly [job: string, percent: number])[]) {
  const handler = await startHandler(no);
  const listening = await startListen(handler.port);
  for (const [job, percent] of deliveries) await ask(listening.port, jobPost(job, percent));
  await listening.stop();
  handler.requests.length = 0;
  return { handler, dir: listening.dir };
}

test("hands over all that is owed, once, and says so", async () => {
  const { handler, dir } = await owing(["a", 1], ["b", 1], ["a", 2]);
  handler.answer = ok;
  const run = await hookspool(["redeliver", "--json"], { dir });
  expect(run.code).toBe(0);
  expect(handler.requests.map(jobOf)).toEqual(["a 1", "b 1", "a 2"]);
  expect(run.lines()).toMatchObject(
    [1, 2, 3].flatMap((id) => [
      { type: "delivery", id },
      { type: "attempt", delivery: id, number: 2, trigger: "redelivery", status: 200 },
    ]),
  );
  const again = await hookspool(["redeliver"], { dir });
  expect(again).toMatchObject({ code: 0, stdout: "", stderr: "Nothing is owed.\n" });
  expect(handler.requests).toHaveLength(3);
});

test("hands over those that are named, if they are owed", async () => {
  const { handler, dir } = await owing(["a", 1], ["b", 1], ["c", 1]);
  handler.answer = ok;
  expect(await hookspool(["redeliver", "2"], { dir })).toMatchObject({ code: 0 });
  const run = await hookspool(["redeliver", "2,3"], { dir });
  expect(run).toMatchObject({ code: 0, stderr: "Delivery 2 is not owed.\n" });
  expect(handler.requests.map(jobOf)).toEqual(["b 1", "c 1"]);
});

test("leaves the rest of a job that is not taken, so that its order is kept", async () => {
  const { handler, dir } = await owing(["a", 1], ["b", 1], ["a", 2]);
  handler.answer = (socket, request) => socket.write(jobOf(request).startsWith("a") ? no : ok);
  expect((await hookspool(["redeliver"], { dir })).code).toBe(1);
  expect(handler.requests.map(jobOf)).toEqual(["a 1", "b 1"]);
});

test.each<[string, Answer, readonly string[], number]>([
  ["says no", no, [], 1],
  ["takes too long", () => {}, ["--timeout", "50ms"], 4],
])("a handler that %s", async (_case, answer, flags, code) => {
  const { handler, dir } = await owing(["a", 1]);
  handler.answer = answer;
  expect((await hookspool(["redeliver", ...flags], { dir })).code).toBe(code);
});

test("one try finds that nothing listens; --to names another target", async () => {
  const { dir } = await owing(["a", 1], ["b", 1]);
  const nowhere = await hookspool(["redeliver", "--json", "--to", String(await closedPort())], { dir });
  expect(nowhere.code).toBe(3);
  expect(nowhere.lines().filter(({ type }) => type === "attempt")).toMatchObject([{ outcome: "refused" }]);
  const handler = await startHandler();
  expect((await hookspool(["redeliver", "--to", handler.url], { dir })).code).toBe(0);
  expect(handler.requests.map(jobOf)).toEqual(["a 1", "b 1"]);
});

test("--watch goes on until Ctrl-C, also with what becomes owed meanwhile", async () => {
  const port = await closedPort();
  const listening = await startListen(port);
  await ask(listening.port, jobPost("a", 1));
  const watching = startRunning(["redeliver", "--watch"], listening);
  const handler = await startHandler(ok, { port });
  expect(jobOf(await handler.next())).toBe("a 1");
  await watching.attempt(1);
  handler.answer = no;
  await ask(listening.port, post("/plain", "x"));
  handler.answer = ok;
  expect(await watching.attempt(2)).toMatchObject({ trigger: "redelivery", status: 200 });
  await listening.stop();
  expect(listening.stderr()).not.toContain("Owed");
  expect(await watching.stop()).toBe(0);
});

test("leaves alone what may still be with the handler of a running listen", async () => {
  let reply = () => {};
  const handler = await startHandler((socket) => {
    reply = () => void socket.write(ok);
  });
  const listening = await startListen(handler.port);
  const answer = ask(listening.port, post("/a", "x"));
  await handler.next();
  expect(await hookspool(["redeliver"], listening)).toMatchObject({ code: 0, stderr: "Nothing is owed.\n" });
  reply();
  await answer;
  await listening.stop();
  expect(handler.requests).toHaveLength(1);
});
