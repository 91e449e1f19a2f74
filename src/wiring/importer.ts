import type { DeliverySummary } from "../core/delivery.ts";
import type { ImportedRequest } from "../formats/_format.ts";
import { badFile } from "../formats/_imported-request.ts";
import { formats } from "../formats/_registry.ts";
import { providerNamed } from "../providers/_find.ts";
import { INSPECTED_BODY_BYTES } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";
import { createInspect } from "./inspection.ts";
import { createKeyRing } from "./key-ring.ts";
import { keySetUrls, readKeySets } from "./key-sets.ts";
import { secretsByProvider } from "./secrets.ts";

interface ImportOptions {
  readonly dir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly store: Store;
  /** Whose every request is taken to be; `undefined`: told apart. */
  readonly provider: string | undefined;
  readonly now: () => number;
}

/**
 * Keeps the requests that a file holds, as deliveries of origin `imported`. Nobody waits for them, so none is owed.
 *
 * @throws {AppError} E_BAD_FILE, E_NO_PROVIDER, E_DATA_DIRECTORY
 */
export async function* importDocument(
  document: Uint8Array,
  { dir, environment, store, provider: name, now }: ImportOptions,
): AsyncGenerator<DeliverySummary> {
  const requests = requestsIn(document);
  const provider = name === undefined ? undefined : providerNamed(name).id;
  const secrets = secretsByProvider(dir, environment);
  const keyRing = createKeyRing({
    secrets,
    keySets: readKeySets(dir),
    keySetUrls: keySetUrls(environment),
    now,
  });
  const inspect = createInspect({ provider, verify: "report", secrets, keyRing });
  for (const { method, path, headers, body: bytes, receivedAt, httpVersion } of requests) {
    const head = {
      receivedAt: receivedAt ?? now(),
      origin: "imported",
      method,
      path,
      httpVersion: httpVersion ?? "1.1",
      headers,
      peer: null,
    } as const;
    const intake = store.writer.openBody();
    await intake.write(bytes);
    const body = await intake.finish();
    const { identity, verification } = inspect(
      head,
      bytes.length <= INSPECTED_BODY_BYTES ? bytes : undefined,
    );
    yield await store.writer.append({ head, body, identity, verification, refusal: null, owed: false });
  }
}

function requestsIn(document: Uint8Array): ImportedRequest[] {
  for (const format of formats) {
    const requests = format.read?.(document);
    if (requests) return requests;
  }
  throw badFile("it is of no format that is known");
}
