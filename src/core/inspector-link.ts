/** What the web inspector's link says in its fragment, which a browser tells nobody. */
export interface InspectorFragment {
  readonly token: string | undefined;
  /** The delivery to show; `undefined` for the newest. */
  readonly delivery: number | undefined;
}

/** `http://127.0.0.1:4040/#token=…` */
export const inspectorLink = (origin: string, token: string) => `${origin}/#token=${token}`;

/** The same link, to one delivery. */
export const atDelivery = (link: string, id: number) => `${link}&delivery=${id}`;

/** Reads what {@link inspectorLink} and {@link atDelivery} wrote. */
export function readInspectorFragment(fragment: string): InspectorFragment {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  const delivery = Number(words.get("delivery"));
  return {
    token: words.get("token") ?? undefined,
    delivery: Number.isSafeInteger(delivery) && delivery > 0 ? delivery : undefined,
  };
}
