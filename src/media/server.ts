import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../core/errors.ts";
import { tetrahedronGlb } from "./glb.ts";
import { testPatternMp4 } from "./mp4.ts";
import { gradientPng } from "./png.ts";
import { toneWav } from "./wav.ts";

/** A file that is served. */
export interface ServedFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface MediaServer {
  /** One of each kind: what the outputs of a forged delivery point at. */
  readonly urls: {
    readonly image: string;
    readonly video: string;
    readonly audio: string;
    readonly model: string;
  };
  /** The URL of a path here. */
  url(path: string): string;
  /** Serves this beside the media from now on. */
  serve(path: string, file: ServedFile): void;
  /** Takes no more requests; those that are being answered have `graceMs`. */
  close(graceMs: number): Promise<void>;
}

interface Options {
  /** 0 for a free one. */
  readonly port: number;
}

/**
 * Serves small real media on the loopback address, with ranges, as an object store would.
 *
 * @throws {AppError} E_PORT
 */
export async function startMediaServer({ port }: Options): Promise<MediaServer> {
  const served = new Map(Object.entries(media()));
  const server = createServer((request, response) => answer(request, response, served));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(portError(port, cause)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    urls: {
      image: url("/sample.png"),
      video: url("/sample.mp4"),
      audio: url("/sample.wav"),
      model: url("/sample.glb"),
    },
    url,
    serve: (path, file) => void served.set(path, file),
    close: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function portError(port: number, cause: unknown): AppError {
  return new AppError(`port ${port} cannot be had to serve outputs from`, {
    code: "E_PORT",
    fault: "user",
    hint: "Name another with --media-port, or leave it out to get a free one.",
    cause,
  });
}

/** The ports at which a payload expects media of ours. */
export function mediaPortsIn(body: Uint8Array): number[] {
  const urls = Buffer.from(body)
    .toString("latin1")
    .matchAll(/http:\/\/127\.0\.0\.1:(\d+)\/sample\.\w+/g);
  return [...new Set([...urls].map(([, port]) => Number(port)))];
}

const media = (): Record<string, ServedFile> => ({
  "/sample.png": { type: "image/png", bytes: gradientPng(64) },
  "/sample.mp4": { type: "video/mp4", bytes: testPatternMp4() },
  "/sample.wav": { type: "audio/wav", bytes: toneWav({ hertz: 440, seconds: 0.5 }) },
  "/sample.glb": { type: "model/gltf-binary", bytes: tetrahedronGlb() },
});

function answer(
  { method = "GET", url = "/", headers }: IncomingMessage,
  response: ServerResponse,
  served: ReadonlyMap<string, ServedFile>,
): void {
  const file = served.get(url.replace(/\?.*$/s, ""));
  if (!file) return void response.writeHead(404, { "Content-Length": 0 }).end();
  if (method !== "GET" && method !== "HEAD")
    return void response.writeHead(405, { Allow: "GET, HEAD", "Content-Length": 0 }).end();

  const { type, bytes } = file;
  const range = method === "GET" ? rangeOf(headers.range, bytes.length) : undefined;
  if (range === "unsatisfiable") {
    const fields = { "Content-Range": `bytes */${bytes.length}`, "Content-Length": 0 };
    return void response.writeHead(416, fields).end();
  }
  const { first, last } = range ?? { first: 0, last: bytes.length - 1 };
  response.writeHead(range ? 206 : 200, {
    "Content-Type": type,
    "Content-Length": last - first + 1,
    "Accept-Ranges": "bytes",
    ...(range ? { "Content-Range": `bytes ${first}-${last}/${bytes.length}` } : {}),
  });
  response.end(method === "HEAD" ? undefined : bytes.subarray(first, last + 1));
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * A single range of bytes, both ends included; `undefined` for the whole file, also where several ranges or
 * something else is asked for, which a server may pass over.
 *
 * @see RFC 9110, section 14.2
 */
function rangeOf(header: string | undefined, size: number): Range | "unsatisfiable" | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  const range =
    from === ""
      ? { first: Math.max(0, size - Number(to)), last: size - 1 }
      : { first: Number(from), last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
  return range.first >= size || range.last < range.first ? "unsatisfiable" : range;
}
