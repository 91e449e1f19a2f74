import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publicKeySet } from "../signing/_ed25519-keys.ts";
import type { JsonWebKeySet } from "../signing/_scheme.ts";
import { writePrivateFile } from "./private-file.ts";

/** The public keys that a sender publishes, as they were once fetched. */
export interface FetchedKeySet extends JsonWebKeySet {
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
}

export type KeySetsByUrl = Readonly<Record<string, FetchedKeySet>>;

/** For the look-up, the connection, the answer and its last byte. */
const TIMEOUT_MS = 5_000;

const VARIABLE = "HOOKSPOOL_JWKS_URL_";

/** The environment variable that names another place for a provider's keys: `HOOKSPOOL_JWKS_URL_FAL`. */
export const keySetVariable = (provider: string) => VARIABLE + provider.toUpperCase().replaceAll("-", "_");

/** Where keys are fetched from instead of their documented place, by provider. */
export function keySetUrls(environment: NodeJS.ProcessEnv): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const [variable, url] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE) || !url) continue;
    urls[variable.slice(VARIABLE.length).toLowerCase().replaceAll("_", "-")] = url;
  }
  return urls;
}

const cacheFile = (dir: string) => join(dir, "key-sets.json");

/** What was fetched before, of whatever age. A file that cannot be read is as good as none: keys can be fetched. */
export function readKeySets(dir: string): KeySetsByUrl {
  try {
    return JSON.parse(readFileSync(cacheFile(dir), "utf8")) as KeySetsByUrl;
  } catch {
    return {};
  }
}

export interface FetchOptions {
  readonly dir: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

export type FetchOutcome = { readonly keySet: FetchedKeySet } | { readonly problem: string };

/** Fetches a key set and keeps its Ed25519 keys, the public halves alone, in the data directory. */
export async function fetchKeySet(url: string, { dir, now, signal }: FetchOptions): Promise<FetchOutcome> {
  try {
    const keySet = { fetchedAt: now, keys: publicKeySet(await load(url, signal)).keys };
    if (keySet.keys.length === 0) return { problem: `${url} has no Ed25519 key` };
    // Two processes may write at once: the later one's keys count, and the other's are fetched again.
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writePrivateFile(cacheFile(dir), { ...readKeySets(dir), [url]: keySet });
    return { keySet };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function load(url: string, signal: AbortSignal | undefined): Promise<string> {
  const address = URL.parse(url);
  if (!address || !isTrustworthy(address)) throw new Error(`${url} is no HTTPS address`);
  const { get } = await import("../tunnels/_get.ts");
  const headers = { accept: "application/json", "user-agent": "hookspool" };
  const { status, text } = await get(address, { headers, timeoutMs: TIMEOUT_MS, signal });
  if (status !== 200) throw new Error(`${url} answers ${status}`);
  return text;
}

/** Keys decide what is genuine: nobody on the way may change them. */
const isTrustworthy = ({ protocol, hostname }: URL) =>
  protocol === "https:" ||
  (protocol === "http:" && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
