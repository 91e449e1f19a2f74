const key = "hookspool-token";

/**
 * The token out of the address's fragment, which is then taken out of the address: it stands in no history and on
 * no screen. Kept for as long as the tab is, so that it can be loaded again.
 */
export function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) {
    sessionStorage.setItem(key, token);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(key) ?? undefined;
}

/** The link that {@link takeToken} takes it from. */
export const linkTo = (origin: string) => `${origin}/#token=${sessionStorage.getItem(key) ?? ""}`;
