import { describe, expect, test } from "vitest";
import { findScheme, schemeNamed, signingSchemes } from "../../src/signing/_schemes.ts";
import { paramsOf, requestOf, vectors } from "./vectors.ts";

describe("the vectors of an independent implementation", () => {
  test.each(vectors.map((vector) => [vector.id, vector.title, vector.expect, vector] as const))(
    "%s, %s, is %s",
    (_id, _title, expected, vector) => {
      const { verification } = schemeNamed(vector.scheme).examine(
        requestOf(vector),
        vector.secret,
        paramsOf(vector),
      );
      if (expected === "valid") expect(verification).toMatchObject({ verdict: "verified" });
      else
        expect(verification).toMatchObject({
          verdict: "rejected",
          reason: expect.toBeOneOf(reasons[expected]),
        });
    },
  );

  test.each([
    [
      "malformed",
      /not a whole number|no usable t=|does not start with|is not hex|no task id|no version|more than once/,
    ],
    [
      "mismatch",
      /(signature|secret|token) mismatch|no matching signature|no key verifies|unknown key id|re-encoded/,
    ],
  ])("are %s where they say %s", (reason, pattern) => {
    const those = vectors.filter((vector) => pattern.test(vector.reason));
    const got = those.map((vector) => {
      const { verification } = schemeNamed(vector.scheme).examine(
        requestOf(vector),
        vector.secret,
        paramsOf(vector),
      );
      return [vector.id, verification.reason];
    });
    expect(got).toEqual(those.map(({ id }) => [id, reason]));
    expect(those.length).toBeGreaterThan(20);
  });

  const signed = vectors.filter((vector) => vector.sign_inputs !== undefined);

  test.each(signed.map((vector) => [vector.id, vector] as const))(
    "%s is signed to the letter",
    (_id, vector) => {
      const { ts = vector.now, id, user, kid, signing_key } = vector.sign_inputs ?? {};
      const { headers } = schemeNamed(vector.scheme).sign({
        secret: signing_key ?? vector.secret,
        body: requestOf(vector).body,
        id,
        timestamp: ts,
        params: { ...paramsOf(vector), ...(user && { user }), ...(kid && { kid }) },
      });
      const { "Content-Type": _type, ...expected } = vector.headers;
      expect(headers).toEqual(Object.entries(expected));
    },
  );

  test("cover every scheme that signs", () => {
    const covered = new Set(vectors.map((vector) => vector.scheme));
    expect(signingSchemes.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual(["unsigned"]);
    expect(vectors).toHaveLength(578);
  });

  test("an unknown scheme is not found", () => expect(findScheme("rot13")).toBeUndefined());
});

const reasons = {
  invalid: ["malformed", "mismatch"],
  stale: ["stale"],
  missing: ["missing"],
} as const;
