import type { TunnelDriver } from "../core/tunnel.ts";

/** The person's own tunnel: nothing is opened, but what is said of it is proven all the same. */
export function ownUrl(url: string): TunnelDriver {
  return {
    name: "public-url",
    // Whoever runs it knows what its headers are worth; we do not.
    clientAddressHeader: null,
    operator: () => new URL(url).host,
    missing: async () => null,
    open: async () => ({
      url: withoutSlash(url),
      subdomain: null,
      lost: new Promise(() => {}),
      close: async () => {},
    }),
  };
}

/** A driver whose tunnel leads to a server of one's own, which is known to the world under this URL. */
export function underUrl(driver: TunnelDriver, url: string): TunnelDriver {
  return {
    ...driver,
    async open(options) {
      const tunnel = await driver.open(options);
      return { ...tunnel, url: withoutSlash(url) };
    },
  };
}

function withoutSlash(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, "")}`;
}
