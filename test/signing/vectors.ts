import { readFileSync } from "node:fs";
import type { HeaderPairs } from "../../src/core/headers.ts";
import type { JsonWebKeySet, SchemeParams } from "../../src/signing/_scheme.ts";
import type { SchemeName } from "../../src/signing/_schemes.ts";

/** One case of `test/fixtures/vectors.json`, made by an independent implementation. */
export interface Vector {
  readonly id: string;
  readonly provider: string;
  readonly scheme: SchemeName;
  readonly title: string;
  readonly secret: string | JsonWebKeySet;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw_body: string;
  readonly raw_body_encoding: "utf8" | "base64";
  /** Unix seconds. */
  readonly now: number;
  readonly expect: "valid" | "invalid" | "stale" | "missing";
  readonly reason: string;
  readonly url?: string;
  readonly params?: SchemeParams;
  readonly sign_inputs?: { ts?: number; id?: string; user?: string; kid?: string; signing_key?: string };
  readonly json_stringify_match?: boolean;
  readonly matches_scheme?: SchemeName;
}

export const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../fixtures/vectors.json", import.meta.url), "utf8"),
).cases;

/** What two providers demand beyond the scheme that they share with others. */
const providerParams: Readonly<Record<string, SchemeParams>> = {
  svix: { headers: "svix" },
  openai: { dialect: "openai" },
};

export const requestOf = ({ headers, raw_body, raw_body_encoding, url, now }: Vector) => ({
  headers: Object.entries(headers) as HeaderPairs,
  body: Buffer.from(raw_body, raw_body_encoding),
  url,
  receivedAt: now * 1000,
});

export const paramsOf = ({ provider, params }: Vector): SchemeParams => ({
  ...providerParams[provider],
  ...params,
});
