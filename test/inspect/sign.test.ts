import { expect, test } from "vitest";
import { signDelivery } from "../../src/inspect/sign.ts";
import type { SchemeChoice } from "../../src/signing/_schemes.ts";

const providers: Readonly<Record<string, readonly SchemeChoice[]>> = {
  wazza: [{ scheme: "wazza-timestamped" }, { scheme: "wazza-body" }],
  runware: [{ scheme: "query-token", params: { param: "key" } }],
  svix: [{ scheme: "standard-webhooks-v1", params: { headers: "svix" } }],
  kling: [],
};
const inputs = { secret: "s", body: '{"a":1}', id: "msg_1", timestamp: 1_767_225_600, url: "/in" };
const sign = (asked: { scheme?: string; provider?: string }) =>
  signDelivery({ ...inputs, ...asked }, (provider) => providers[provider]);

test.each([
  ["a provider's first scheme", { provider: "wazza" }, ["x-wazza-timestamp", "x-wazza-signature"], "/in"],
  [
    "the provider's scheme that is named",
    { provider: "wazza", scheme: "wazza-body" },
    ["x-wazza-signature"],
    "/in",
  ],
  ["a provider's own names", { provider: "svix" }, ["svix-id", "svix-timestamp", "svix-signature"], "/in"],
  ["a scheme alone", { scheme: "get3w-body" }, ["X-Get3W-Signature"], "/in"],
  ["a token into the URL", { provider: "runware" }, [], "/in?key=s"],
  ["nothing for a provider that signs nothing", { provider: "kling" }, [], "/in"],
])("signs by %s", (_case, asked, names, url) => {
  const signed = sign(asked);
  expect(signed.headers.map(([name]) => name)).toEqual(names);
  expect(signed.url).toBe(url);
});

test.each([[{ scheme: "rot13" }], [{ provider: "nobody" }], [{}]])("refuses %o", (asked) =>
  expect(() => sign(asked)).toThrow(expect.objectContaining({ code: "E_BAD_INPUT" })),
);
