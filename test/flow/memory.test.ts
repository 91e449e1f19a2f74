import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hookspool, startListen } from "../support/hookspool.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

const MB = 1024 * 1024;
const SIZE = 200 * MB;

/** From /proc, in bytes. */
function memory(pid: number, field: "VmRSS" | "VmHWM"): number {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(
    readFileSync(`/proc/${pid}/status`, "utf8"),
  )?.[1];
  return Number(kilobytes) * 1024;
}

test.runIf(process.platform === "linux")(
  "200 MB pass through in constant memory and arrive as they were",
  { timeout: 90_000 },
  async () => {
    const handler = await startHandler(undefined, { forgetBodies: true });
    const listening = await startListen(handler.port);
    for (let i = 0; i < 5; i += 1) await ask(listening.port, post("/warm", randomBytes(2 * MB)));
    const before = memory(listening.pid, "VmRSS");
    // The high-water mark begins anew.
    writeFileSync(`/proc/${listening.pid}/clear_refs`, "5");

    const connection = await openConnection(listening.port);
    const answer = connection.answer();
    connection.send(`POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: ${SIZE}\r\n\r\n`);
    const hash = createHash("sha256");
    const chunk = randomBytes(MB);
    for (let sent = 0; sent < SIZE; sent += chunk.length) {
      chunk.writeUInt32BE(sent, 0);
      hash.update(chunk);
      if (!connection.socket.write(Buffer.from(chunk))) await once(connection.socket, "drain");
    }
    expect(statusOf(await answer)).toBe(200);
    const digest = hash.digest("hex");
    expect(handler.requests.at(-1)).toMatchObject({ start: "POST /large HTTP/1.1", digest });
    expect((memory(listening.pid, "VmHWM") - before) / MB).toBeLessThan(64);

    const [line] = (await hookspool(["ls", "--json", "--limit", "1"], listening)).lines();
    expect(line).toMatchObject({ path: "/large", bytes: SIZE });
    expect(await listening.stop()).toBe(0);
  },
);
