import { createHash } from "node:crypto";
import type { NewAttempt } from "../core/attempt.ts";
import type { Delivery, RequestHead } from "../core/delivery.ts";
import { AppError } from "../core/errors.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { StoredBody } from "../core/ports.ts";
import { assignInBody } from "../inspect/assignments.ts";
import { changedHeaders, resign, type SendableRequest, withBody, withHeaders } from "../inspect/resign.ts";
import { findProvider } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { signingSecretFor } from "../wiring/signing-secret.ts";
import type { Context } from "./context.ts";
import { editBody } from "./edit-body.ts";

/** What goes to a target, and how the attempt at it is put on record. */
export interface Sending {
  readonly head: RequestHead;
  readonly body: StoredBody;
  onRecord(made: NewAttempt): NewAttempt;
}

interface Changes {
  readonly set?: readonly string[];
  readonly header?: HeaderPairs;
  readonly edit?: boolean;
  readonly resigns: boolean;
  readonly context: Context;
}

/**
 * A stored delivery as it is to be sent at any moment, with a person's changes: first the payload, then the
 * headers, and the signature over both last.
 *
 * @throws {AppError} E_NO_PROVIDER, E_NO_SECRET, E_NO_SIGNATURE, E_NOT_JSON, E_BAD_SET, E_EDITOR
 */
export async function changedRequest(
  delivery: Delivery,
  body: StoredBody,
  { set = [], header = [], edit, resigns, context }: Changes,
): Promise<(now: number) => Sending> {
  const provider = resigns ? providerOf(delivery) : undefined;
  const signing = provider && signingSecretFor(provider, context.dir, process.env);
  const sign = (request: SendableRequest, now: number) =>
    provider && signing ? resign({ request, provider, secret: signing.secret, now }) : request;

  const { headers, path } = delivery;
  let request: SendableRequest = { headers, path, body: body.bytes() };
  // What cannot be signed is found before a person has been made to edit it.
  sign(request, delivery.receivedAt);
  if (set.length > 0) request = withBody(request, assignInBody(request.body, set));
  if (edit) request = withBody(request, await editBody(request.body, { stdoutIsOurs: context.json }));
  request = { ...request, headers: withHeaders(request.headers, header) };
  sign(request, delivery.receivedAt);
  if (provider && signing?.developmentKeys) context.talk(strangersKey(provider));
  return (now) => sending(delivery, sign(request, now));
}

function sending(delivery: Delivery, { headers, path, body }: SendableRequest): Sending {
  const digest = createHash("sha256").update(body).digest("hex");
  return {
    head: { ...delivery, headers, path },
    body: inMemory(body),
    // The attempt says what was sent otherwise than it is stored.
    onRecord: (made) => ({
      ...made,
      changes: {
        ...made.changes,
        set: [...changedHeaders(delivery.headers, headers), ...made.changes.set],
        ...(digest === delivery.digest ? {} : { body: digest }),
      },
    }),
  };
}

const inMemory = (bytes: Uint8Array): StoredBody => ({
  size: bytes.byteLength,
  bytes: () => bytes,
  async *stream() {
    yield bytes;
  },
});

function providerOf({ id, provider }: Delivery): Provider {
  const known = provider === null ? undefined : findProvider(provider);
  if (known !== undefined) return known;
  throw new AppError(`delivery ${id} is of no provider that is known, so it cannot be signed again`, {
    code: "E_NO_PROVIDER",
    fault: "user",
    hint: "Send it as it is: without --resign, or with --no-resign where it is changed.",
  });
}

const strangersKey = ({ id, name }: Provider) =>
  `Only ${name} can sign with ${name}'s keys: this is signed with the development key that "hookspool forge ${id}" serves.\n`;
