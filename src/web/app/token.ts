import { type InspectorFragment, inspectorLink, readInspectorFragment } from "../../core/inspector-link.ts";

const key = "hookspool-token";

/**
 * What the address's fragment says, which is then taken out of the address: the token stands in no history and on
 * no screen. It is kept for as long as the tab is, so that that can be loaded again.
 */
export function takeFragment(): InspectorFragment {
  const { token, delivery } = readInspectorFragment(location.hash);
  if (token !== undefined) {
    sessionStorage.setItem(key, token);
    history.replaceState(null, "", location.pathname);
  }
  return { token: sessionStorage.getItem(key) ?? undefined, delivery };
}

/** The link that {@link takeFragment} reads. */
export const linkTo = (origin: string) => inspectorLink(origin, sessionStorage.getItem(key) ?? "");
