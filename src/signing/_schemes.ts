import type { SchemeParams, SigningScheme } from "./_scheme.ts";
import { atlascloudEd25519Scheme, falEd25519Scheme, ideogramEd25519Scheme } from "./ed25519.ts";
import {
  bflSha256Scheme,
  get3wBodyScheme,
  heygenLegacyScheme,
  heygenV3Scheme,
  wazzaBodyScheme,
} from "./hmac-body.ts";
import {
  freepikScheme,
  standardWebhooksV1aScheme,
  standardWebhooksV1Scheme,
  wavespeedV3Scheme,
} from "./hmac-identified.ts";
import {
  deapiScheme,
  elevenlabsV0Scheme,
  magicHourScheme,
  muxV1Scheme,
  syncV1Scheme,
  wazzaTimestampedScheme,
} from "./hmac-timestamped.ts";
import { kieScheme } from "./kie.ts";
import { queryTokenScheme } from "./query-token.ts";
import { sharedHeaderScheme } from "./shared-header.ts";
import { unsignedScheme } from "./unsigned.ts";

export const signingSchemes = [
  wavespeedV3Scheme,
  get3wBodyScheme,
  wazzaTimestampedScheme,
  wazzaBodyScheme,
  queryTokenScheme,
  falEd25519Scheme,
  standardWebhooksV1Scheme,
  standardWebhooksV1aScheme,
  elevenlabsV0Scheme,
  heygenV3Scheme,
  heygenLegacyScheme,
  bflSha256Scheme,
  freepikScheme,
  kieScheme,
  ideogramEd25519Scheme,
  atlascloudEd25519Scheme,
  deapiScheme,
  magicHourScheme,
  muxV1Scheme,
  syncV1Scheme,
  sharedHeaderScheme,
  unsignedScheme,
] as const;

export type SchemeName = (typeof signingSchemes)[number]["name"];

/** A scheme as one provider uses it. */
export interface SchemeChoice {
  readonly scheme: SchemeName;
  readonly params?: SchemeParams;
}

const byName: ReadonlyMap<string, SigningScheme<SchemeName>> = new Map(
  signingSchemes.map((scheme) => [scheme.name, scheme]),
);

/** `undefined` where there is no scheme of this name. */
export function findScheme(name: string): SigningScheme<SchemeName> | undefined {
  return byName.get(name);
}

export function schemeNamed(name: SchemeName): SigningScheme<SchemeName> {
  return byName.get(name) as SigningScheme<SchemeName>;
}
