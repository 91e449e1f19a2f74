import type { Detail, Medium } from "../../protocol.ts";
import { el } from "../dom.ts";

/** The files that a delivery speaks of. Nothing is fetched before a person asks: it tells their server about you. */
export function mediaTab({ media }: Detail): readonly HTMLElement[] {
  if (media.length === 0) return [el("p", { class: "dim" }, "No URLs stand in this body.")];
  return [el("ul", { class: "media" }, ...media.map(mediaItem))];
}

function mediaItem({ url, kind }: Medium): HTMLElement {
  const item = el("li", {}, el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url));
  if (kind === "other") return item;
  const name = { image: "image", video: "video", audio: "sound" }[kind];
  const button = el("button", { type: "button", onclick: load }, `Show ${name}`);
  function load() {
    const words = new URLSearchParams({ kind, url });
    button.replaceWith(
      el("iframe", {
        src: `/preview?${words}`,
        class: `preview ${kind}`,
        sandbox: "",
        title: `${name} ${url}`,
      }),
    );
  }
  item.append(button);
  return item;
}
