import { byteText, localTime } from "../../../core/text.ts";
import type { Detail, MediaFacts, Medium } from "../../protocol.ts";
import type { LoadedMedia } from "../api.ts";
import { el } from "../dom.ts";
import { spanText } from "../words.ts";
import type { Tab } from "./tab.ts";

interface MediaOptions {
  readonly load: (id: number, at: number) => Promise<LoadedMedia>;
  /** Whether files are fetched as soon as they are shown. */
  readonly isAutomatic: () => boolean;
}

type Kind = "image" | "video" | "audio";

const names = { image: "image", video: "video", audio: "sound", other: "file" } as const;

/** Fetched at once, at most; the rest when asked for. */
const MOST_AUTOMATIC = 12;

/**
 * The files that a delivery speaks of. Nothing is fetched before a person asks for it, here or once for all with
 * `--media auto`: it tells their server about you.
 */
export function createMediaTab({ load, isAutomatic }: MediaOptions): Tab {
  /** What the page holds in memory for the delivery that is shown. */
  let held: string[] = [];

  function content({ delivery, media }: Detail): readonly HTMLElement[] {
    for (const url of held) URL.revokeObjectURL(url);
    held = [];
    if (media.length === 0) return [el("p", { class: "dim" }, "No URLs stand in this body.")];
    // What a stranger made up is not asked for without a person's wish.
    const trusted = delivery.verdict === "verified" || delivery.origin === "forged";
    const automatic = isAutomatic() && trusted ? MOST_AUTOMATIC : 0;
    const items = media.map((medium, at) => mediaItem(delivery.id, medium, at, at < automatic));
    return [el("ul", { class: "media" }, ...items)];
  }

  function mediaItem(id: number, medium: Medium, at: number, atOnce: boolean): HTMLElement {
    const { url, kind } = medium;
    const link = el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);
    const facts = el("p", { class: "facts dim", role: "status" });
    const button = el(
      "button",
      { type: "button", class: `fetch ${kind}`, onclick: () => void show() },
      kind === "other" ? "Fetch" : `Show ${names[kind]}`,
    );
    const item = el("li", {}, link, expiry(medium), facts, button);
    if (atOnce && kind !== "other") void show();
    return item;

    async function show() {
      button.disabled = true;
      facts.textContent = "being fetched…";
      try {
        const { facts: given, bytes } = await load(id, at);
        const shown = kindOf(given, medium);
        say(factWords(given, bytes.size), given.problem === null);
        if (given.problem !== null) {
          button.disabled = false;
          button.textContent = "Try again";
          return;
        }
        button.remove();
        if (!shown) return;
        const source = URL.createObjectURL(bytes.slice(0, bytes.size, given.type ?? ""));
        held.push(source);
        item.append(player(shown, source, url, (more) => say([...factWords(given, bytes.size), more], true)));
      } catch (error) {
        button.disabled = false;
        say([error instanceof Error ? error.message : String(error)], false);
      }
    }

    function say(words: readonly string[], isFine: boolean) {
      facts.className = `facts ${isFine ? "dim" : "bad"}`;
      facts.textContent = words.join(" · ");
    }
  }

  return {
    name: "Media",
    part: ({ delivery, media }) => [delivery.id, media],
    count: ({ media }) => media.length,
    content,
  };
}

/** Whether the link has expired, where it says so itself. */
function expiry({ expiresAt }: Medium): HTMLElement | undefined {
  if (expiresAt === null) return undefined;
  const left = expiresAt - Date.now();
  const title = localTime(expiresAt);
  return left > 0
    ? el("p", { class: "expiry dim", title }, `the link works for ${spanText(left)} more`)
    : el("p", { class: "expiry warn", title }, `the link expired ${spanText(-left)} ago`);
}

function factWords({ problem, type, size }: MediaFacts, bytes: number): readonly string[] {
  if (problem !== null) return [problem, ...(size === null ? [] : [byteText(size)])];
  return [type ?? "no type", byteText(bytes)];
}

/** What its server says it is; where that says nothing, what its name says. */
function kindOf({ type }: MediaFacts, { kind }: Medium): Kind | undefined {
  const [, said] = /^(image|video|audio)\//.exec(type ?? "") ?? [];
  if (said !== undefined) return said as Kind;
  const isVague = type === null || /^(?:application|binary)\/octet-stream/.test(type);
  return isVague && kind !== "other" ? kind : undefined;
}

/** An element that shows it, and tells its dimensions and duration once they are known. */
function player(kind: Kind, src: string, url: string, tell: (words: string) => void): HTMLElement {
  const name = new URL(url).pathname.split("/").at(-1) || url;
  if (kind === "image") {
    const image = el("img", { class: "preview", src, alt: name });
    image.addEventListener("load", () => tell(`${image.naturalWidth} × ${image.naturalHeight}`));
    image.addEventListener("error", () => tell("no browser can show it"));
    return image;
  }
  const media = el(kind, {
    class: `preview ${kind}`,
    src,
    controls: true,
    preload: "metadata",
    "aria-label": name,
  });
  media.addEventListener("loadedmetadata", () => {
    const size = media instanceof HTMLVideoElement ? `${media.videoWidth} × ${media.videoHeight} · ` : "";
    tell(`${size}${durationText(media.duration)}`);
  });
  media.addEventListener("error", () => tell("this browser cannot play it"));
  return media;
}

/** `0:05.2`, `1:02:03` */
function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "no end";
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const two = (part: number) => String(Math.floor(part)).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), (seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${Math.floor(minutes)}:${two(seconds % 60)}`;
}
