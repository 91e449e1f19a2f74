import type { DeliverySummary } from "../../core/delivery.ts";
import { byId } from "./dom.ts";
import type { Tone } from "./words.ts";

/** How long a message stays, in ms. */
const MESSAGE_MS = 5_000;

/** How long arrivals are gathered before they are spoken of, in ms. */
const ANNOUNCE_MS = 1_000;

let hiding: ReturnType<typeof setTimeout> | undefined;
let unannounced: readonly DeliverySummary[] = [];

/** Shows one sentence for a while. */
export function say(text: string, tone: Tone): void {
  const toast = byId("toast");
  toast.className = `toast ${tone}`;
  toast.textContent = text;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.textContent = "";
  }, MESSAGE_MS);
}

/** For who listens to the page: one sentence for all that came within a second. */
export function announce(arrived: readonly DeliverySummary[]): void {
  if (unannounced.length === 0) setTimeout(speak, ANNOUNCE_MS);
  unannounced = [...unannounced, ...arrived];
}

function speak() {
  const [first, ...others] = unannounced;
  unannounced = [];
  if (!first) return;
  const words = [`#${first.id}`, first.provider, first.event].filter(Boolean).join(" ");
  byId("announcer").textContent = `${others.length > 0 ? `${others.length + 1} deliveries` : words} arrived`;
}
