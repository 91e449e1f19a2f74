import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { hookspool } from "../support/hookspool.ts";

/** A key and its self-signed certificate for localhost, made for this test with OpenSSL; good for 100 years. */
const pem = fileURLToPath(new URL("../fixtures/localhost.pem", import.meta.url));

let target: string;
const dir = temporaryFolder();

beforeAll(async () => {
  const identity = readFileSync(pem);
  const server = createServer({ key: identity, cert: identity }, (request, response) => {
    request.resume();
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  target = `https://localhost:${(server.address() as AddressInfo).port}`;
});

test.each([
  ["without trust", [], 3],
  ["with -k", ["-k"], 0],
  ["with --cacert", ["--cacert", pem], 0],
])("an HTTPS target of one's own, %s", async (_case, flags, code) => {
  const forged = await hookspool(["forge", "luma", "completed", "--to", target, ...flags], { dir });
  const replayed = await hookspool(["replay", "latest", "--to", target, ...flags], { dir });
  expect([forged.code, replayed.code]).toEqual([code, code]);
  if (code !== 0) expect(replayed.stdout).toMatch(/its certificate is not trusted.*use -k or --cacert/);
});
