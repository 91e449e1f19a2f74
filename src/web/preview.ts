import { createHash } from "node:crypto";
import type { Asset } from "./assets.ts";

const style =
  "body{margin:0;display:grid;place-items:center;min-height:100vh}img,video{max-width:100%;max-height:100vh}";

const styleHash = createHash("sha256").update(style).digest("base64");

const elements = {
  image: (url: string) => `<img src="${url}" alt="">`,
  video: (url: string) => `<video src="${url}" controls></video>`,
  audio: (url: string) => `<audio src="${url}" controls></audio>`,
} as const;

/**
 * A frame with one image, video or sound from elsewhere, made when a person asks for it. It runs no script and has
 * no origin, so that the page around it never needs to be allowed to load from anywhere.
 */
export function previewPage(requestUrl: string): Asset | undefined {
  const words = new URL(requestUrl, "http://localhost").searchParams;
  const url = URL.parse(words.get("url") ?? "");
  const kind = words.get("kind") ?? "";
  if (!url || !/^https?:$/.test(url.protocol) || !Object.hasOwn(elements, kind)) return undefined;
  const element = elements[kind as keyof typeof elements](escaped(url.href));
  return {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": [
        "default-src 'none'",
        `style-src 'sha256-${styleHash}'`,
        "img-src https: http:",
        "media-src https: http:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
      ].join("; "),
    },
    content: `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>preview</title><style>${style}</style>${element}`,
  };
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
