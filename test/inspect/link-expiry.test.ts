import { expect, test } from "vitest";
import { linkExpiry } from "../../src/inspect/link-expiry.ts";

/** 2026-11-21 10:15:00 UTC. */
const QUARTER_PAST = 1_795_256_100_000;

const claims = Buffer.from(JSON.stringify({ url: "a/b.png", exp: QUARTER_PAST / 1_000 })).toString(
  "base64url",
);

test.each([
  ["S3, signature V4", "X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-Signature=ab"],
  ["Google Cloud Storage V4", "X-Goog-Date=20261121T100000Z&X-Goog-Expires=900"],
  ["CloudFront", `Expires=${QUARTER_PAST / 1_000}&Signature=ab&Key-Pair-Id=K`],
  ["Azure SAS", "sv=2024-01-01&se=2026-11-21T10%3A15%3A00Z&sig=ab"],
  ["milliseconds", `expires=${QUARTER_PAST}`],
  ["a token's claims", `token=eyJhbGciOiJIUzI1NiJ9.${claims}.sig`],
])("a link signed as by %s says when it ends", (_case, query) =>
  expect(linkExpiry(`https://media.example/cat.png?${query}`)).toBe(QUARTER_PAST),
);

test.each([
  ["nothing", ""],
  ["a number that is no moment", "e=5&expires=12"],
  ["a time that belongs to no signature", "se=2026-11-21T10:15:00Z"],
  ["a token that is none", "token=a.b.c&X-Amz-Date=now&X-Amz-Expires=900"],
])("a link with %s says nothing", (_case, query) =>
  expect(linkExpiry(`https://media.example/cat.png?${query}`)).toBeUndefined(),
);
