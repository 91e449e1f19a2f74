import { inflateSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { type MediaServer, startMediaServer } from "../../src/media/server.ts";
import { atTheEnd } from "../support/cleanup.ts";

let server: MediaServer;

beforeAll(async () => {
  const note = { type: "application/json", bytes: Buffer.from('{"keys":[]}') };
  server = await startMediaServer({ port: 0 });
  server.serve("/keys.json", note);
  atTheEnd(() => server.close(0));
});

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe("each kind of media", () => {
  test.each([
    [
      "image",
      "image/png",
      (bytes: Buffer) => bytes.subarray(0, 8).toString("latin1") === "\x89PNG\r\n\x1a\n",
    ],
    ["video", "video/mp4", (bytes: Buffer) => bytes.subarray(4, 8).toString() === "ftyp"],
    ["audio", "audio/wav", (bytes: Buffer) => /^RIFF.{4}WAVEfmt /s.test(bytes.toString("latin1"))],
    ["model", "model/gltf-binary", (bytes: Buffer) => bytes.subarray(0, 4).toString() === "glTF"],
  ] as const)("%s comes as %s, small, whole and real", async (kind, type, isReal) => {
    const response = await fetch(server.urls[kind]);
    const bytes = await bytesOf(response);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(Number(response.headers.get("content-length"))).toBe(bytes.length);
    expect(bytes.length).toBeLessThan(10_000);
    expect(isReal(bytes)).toBe(true);

    const head = await fetch(server.urls[kind], { method: "HEAD" });
    expect(Number(head.headers.get("content-length"))).toBe(bytes.length);
    expect(head.headers.get("content-type")).toBe(type);
    expect((await bytesOf(head)).length).toBe(0);
  });

  test("the picture has as many pixels as its header says", async () => {
    const png = await bytesOf(await fetch(server.urls.image));
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const at = png.indexOf("IDAT");
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    expect(rows.length).toBe(height * (1 + 3 * width));
  });

  test("the model's views lie inside its buffer", async () => {
    const glb = await bytesOf(await fetch(server.urls.model));
    const jsonLength = glb.readUInt32LE(12);
    const json = JSON.parse(glb.subarray(20, 20 + jsonLength).toString());
    expect(glb.readUInt32LE(8)).toBe(glb.length);
    expect(glb.readUInt32LE(20 + jsonLength)).toBe(json.buffers[0].byteLength);
    for (const { byteOffset, byteLength } of json.bufferViews)
      expect(byteOffset + byteLength).toBeLessThanOrEqual(json.buffers[0].byteLength);
  });
});

describe("a range", () => {
  const whole = async () => bytesOf(await fetch(server.urls.video));

  test.each([
    ["bytes=0-3", 0, 4],
    ["bytes=10-19", 10, 20],
    ["bytes=100-", 100, undefined],
    ["bytes=-16", -16, undefined],
    ["bytes=4-999999", 4, undefined],
  ])("%s is served alone", async (range, from, to) => {
    const all = await whole();
    const response = await fetch(server.urls.video, { headers: { range } });
    const part = await bytesOf(response);
    expect(response.status).toBe(206);
    expect(part).toEqual(all.subarray(from, to));
    const first = from < 0 ? all.length + from : from;
    expect(response.headers.get("content-range")).toBe(
      `bytes ${first}-${first + part.length - 1}/${all.length}`,
    );
  });

  test.each(["bytes=5-1", "bytes=-", "bytes=0-1,4-5", "lines=1-2"])("%s is passed over", async (range) => {
    const response = await fetch(server.urls.video, { headers: { range } });
    expect(response.status).toBe(200);
    expect(await bytesOf(response)).toEqual(await whole());
  });

  test.each(["bytes=999999-", "bytes=-0"])("%s cannot be had", async (range) => {
    const response = await fetch(server.urls.video, { headers: { range } });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${(await whole()).length}`);
  });
});

test("files of the caller's are there too, other paths and methods are not", async () => {
  const keys = await fetch(server.url("/keys.json"));
  expect(await keys.json()).toEqual({ keys: [] });
  expect((await fetch(server.url("/nothing.png"))).status).toBe(404);
  const posted = await fetch(server.urls.image, { method: "POST", body: "x" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("a port that is taken is said to be", async () => {
  const port = Number(new URL(server.url("/")).port);
  await expect(startMediaServer({ port })).rejects.toMatchObject({ code: "E_PORT", fault: "user" });
});
