import { expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { publicKeySet } from "../../src/signing/_ed25519-keys.ts";
import { openStore } from "../../src/store/store.ts";
import { createInspect } from "../../src/wiring/inspection.ts";
import { createKeyRing } from "../../src/wiring/key-ring.ts";
import type { KeySetsByUrl } from "../../src/wiring/key-sets.ts";
import { createLateVerdicts } from "../../src/wiring/late-verdicts.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";
import { forged } from "../support/send-forged.ts";

const url = "https://rest.alpha.fal.ai/.well-known/jwks.json";
const seed = (byte: number) => `seed:${Buffer.alloc(32, byte).toString("base64")}`;
const keysOf = (secret: string, fetchedAt: number) => ({ keys: publicKeySet(secret).keys, fetchedAt });
const start = Date.now();

/** A capture without sockets: what is taken is inspected, committed and told of. */
function capturing(keySets: KeySetsByUrl) {
  const store = openStore(temporaryFolder());
  atTheEnd(() => store.close());
  let time = start;
  const notices: Notice[] = [];
  const asked: string[] = [];
  const keyRing = createKeyRing({ secrets: {}, keySets, keySetUrls: {}, now: () => time });
  const inspect = createInspect({ provider: undefined, verify: "report", secrets: {}, keyRing });
  const lateVerdicts = createLateVerdicts({
    keyRing,
    inspect,
    store,
    observer: (notice) => void notices.push(notice),
    fetchKeys: (url) => asked.push(url),
  });
  return {
    store,
    notices,
    asked,
    lateVerdicts,
    pass: (ms: number) => {
      time += ms;
    },
    async take(secret: string) {
      const { headers, body, path } = forged({ provider: "fal", secret, now: time });
      const given = newDelivery({ head: { headers, path, receivedAt: time }, body });
      const delivery = await store.writer.append({ ...given, ...inspect(given.head, body) });
      lateVerdicts.observe({ type: "delivery", delivery });
      return delivery;
    },
  };
}

test("a signature by a key that is new is rejected, and verified once the new keys are there", async () => {
  const { take, pass, asked, lateVerdicts, notices, store } = capturing({ [url]: keysOf(seed(1), start) });
  expect(await take(seed(2))).toMatchObject({ verdict: "rejected", reason: "mismatch" });
  expect(asked).toEqual([]);
  pass(5 * 60_000);
  const { id } = await take(seed(2));
  await take(seed(2));
  expect(asked).toEqual([url]);
  await lateVerdicts.settle(url, { keySet: keysOf(seed(2), start + 5 * 60_000) });
  expect(
    notices.map((notice) => notice.type === "verdict" && [notice.delivery, notice.verification.verdict]),
  ).toEqual([
    [id, "verified"],
    [id + 1, "verified"],
  ]);
  expect(store.reader.delivery(id)).toMatchObject({ verdict: "verified", reason: null });
});

test("what no fetch could decide is decided by a later one", async () => {
  const { take, pass, asked, lateVerdicts, notices } = capturing({});
  await take(seed(1));
  await lateVerdicts.settle(url, { problem: "the network is gone" });
  expect(notices).toMatchObject([{ delivery: 1, verification: { verdict: "undecided" } }]);
  await take(seed(1));
  expect(asked).toHaveLength(1);
  pass(60_000);
  await take(seed(1));
  expect(asked).toHaveLength(2);
  await lateVerdicts.settle(url, { keySet: keysOf(seed(1), start) });
  expect(notices.slice(1)).toMatchObject(
    [1, 2, 3].map((delivery) => ({ delivery, verification: { verdict: "verified" } })),
  );
});

test("nothing is read from the store once it is closed", async () => {
  const { take, lateVerdicts, notices } = capturing({});
  await take(seed(1));
  lateVerdicts.close();
  await lateVerdicts.settle(url, { keySet: keysOf(seed(1), start) });
  expect(notices).toEqual([]);
});
