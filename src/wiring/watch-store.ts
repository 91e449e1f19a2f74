import type { Store } from "../store/store.ts";

/** How soon it is noticed what others have put into the store, in ms; a look is one number read from memory. */
const LOOK_EVERY_MS = 250;

/** Calls whenever another thread or process has committed something. */
export function watchStore(
  store: Pick<Store, "version">,
  onChange: () => void,
  onFailure: (error: unknown) => void,
): { look(): void; stop(): void } {
  let seen = store.version();
  const look = () => {
    try {
      const version = store.version();
      if (version === seen) return;
      onChange();
      seen = version;
    } catch (error) {
      onFailure(error);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return { look, stop: () => clearInterval(timer) };
}
