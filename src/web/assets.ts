import { readFileSync } from "node:fs";

export interface Asset {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string | Uint8Array;
}

/** Everything the page is made of; the build writes it (scripts/build.ts). */
const files: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  "/": { name: "index.html", type: "text/html; charset=utf-8" },
  "/app.js": { name: "app.js", type: "text/javascript; charset=utf-8" },
  "/app.css": { name: "app.css", type: "text/css; charset=utf-8" },
  "/icon.svg": { name: "icon.svg", type: "image/svg+xml" },
};

/** Beside the bundle, or where the bundle is when run from source. */
const folder = new URL(import.meta.url.endsWith(".ts") ? "../../dist/web/" : "./web/", import.meta.url);

/** Finds the page's files by their path, each read once. */
export function createAssets(): (path: string) => Asset | undefined {
  const read = new Map<string, Asset>();
  return (path) => {
    const file = Object.hasOwn(files, path) ? files[path] : undefined;
    if (!file) return undefined;
    const asset = read.get(path) ?? {
      headers: { "Content-Type": file.type },
      content: readFileSync(new URL(file.name, folder)),
    };
    read.set(path, asset);
    return asset;
  };
}

/** Headers of every answer: no script, style or connection but the page's own, and nobody may embed or read it. */
export function pageHeaders(port: number): Readonly<Record<string, string>> {
  const live = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      // Files are fetched by the server, and shown from the page's own memory.
      "img-src 'self' blob:",
      "media-src blob:",
      `connect-src 'self' ${live}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      // Nothing on the page may turn a text into HTML.
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
  };
}
