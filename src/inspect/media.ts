import { linkExpiry } from "./link-expiry.ts";

/** A file that a delivery speaks of. */
export interface Medium {
  readonly url: string;
  /** By its ending, as far as that says something. */
  readonly kind: "image" | "video" | "audio" | "other";
  /** When the link stops working, in ms since the epoch; `null` where it does not say. */
  readonly expiresAt: number | null;
}

/** More than these are not listed. */
const MOST_MEDIA = 100;

const endings: Readonly<Record<Exclude<Medium["kind"], "other">, RegExp>> = {
  image: /\.(?:png|jpe?g|webp|gif|avif|bmp|svg)$/i,
  video: /\.(?:mp4|webm|mov|m4v)$/i,
  audio: /\.(?:mp3|wav|ogg|oga|flac|m4a|aac|opus)$/i,
};

/** The URLs that stand as whole strings in a JSON body, each once, in their order. */
export function mediaIn(json: string): readonly Medium[] {
  const urls = new Set<string>();
  for (const [string] of json.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const url = urlIn(string);
    if (url !== undefined) urls.add(url);
    if (urls.size === MOST_MEDIA) break;
  }
  return [...urls].map((url) => ({ url, kind: kindOf(url), expiresAt: linkExpiry(url) ?? null }));
}

function urlIn(string: string): string | undefined {
  if (!/^"https?:/i.test(string)) return undefined;
  try {
    const text: unknown = JSON.parse(string);
    return typeof text === "string" && URL.canParse(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(url: string): Medium["kind"] {
  const { pathname } = new URL(url);
  const found = Object.entries(endings).find(([, ending]) => ending.test(pathname));
  return (found?.[0] as Medium["kind"] | undefined) ?? "other";
}
