import { el } from "../dom.ts";

interface Options {
  /** A class of its own in app.css. */
  readonly name: string;
  readonly title: string;
  readonly content: readonly HTMLElement[];
  /** What a key does, where it does not write. */
  readonly onKey?: (key: string) => void;
}

/** Something that stands above the page until it is closed. */
export interface Dialog {
  close(): void;
  readonly closed: Promise<void>;
}

const writable = "input:not([type=checkbox]), textarea";

export const isDialogOpen = () => document.querySelector("dialog[open]") !== null;

/** Opens a dialog; Escape closes it, and the focus goes back to where it was. */
export function openDialog({ name, title, content, onKey }: Options): Dialog {
  const before = document.activeElement;
  const dialog = el(
    "dialog",
    { class: name, "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, title),
    ...content,
  );
  // Wherever the focus is: nothing behind a dialog hears a key.
  const hear = (event: KeyboardEvent) => {
    const writes = event.target instanceof Element && event.target.matches(writable);
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isPlain && !writes) onKey?.(event.key);
  };
  addEventListener("keydown", hear);
  const closed = new Promise<void>((resolve) =>
    dialog.addEventListener("close", () => {
      removeEventListener("keydown", hear);
      dialog.remove();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      resolve();
    }),
  );
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close(), closed };
}

export const closeButton = (onclick: () => void, name = "Close") =>
  el("button", { type: "button", onclick }, `${name} `, el("kbd", {}, "Esc"));
