import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { Target } from "../core/target.ts";

/**
 * One address of a name is tried for so long before the next. Node's 250 ms are over sooner than a busy machine
 * gets to look; an address of its own that nobody listens at says so at once.
 */
const ADDRESS_PATIENCE_MS = 2_000;

/** `localhost` means whichever of the two loopback addresses answers, whatever the hosts file says. */
const localLookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== "localhost" && !hostname.endsWith(".localhost")) {
    systemLookup(hostname, options, callback);
    return;
  }
  const addresses = [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  const [first] = addresses;
  // Another tick, as a real look-up would be.
  process.nextTick(() => (options.all ? callback(null, addresses) : callback(null, first?.address ?? "", 4)));
};

/** What `net` and `http` have to know to connect to a target. */
export const connectionTo = ({ hostname, port }: Target) => ({
  host: hostname.replace(/^\[|\]$/g, ""),
  port,
  lookup: localLookup,
  autoSelectFamilyAttemptTimeout: ADDRESS_PATIENCE_MS,
});
