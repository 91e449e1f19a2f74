import type { HeaderPairs } from "../core/headers.ts";
import { assignInBody } from "../inspect/assignments.ts";
import { type SendableRequest, withBody, withHeaders } from "../inspect/resign.ts";
import type { Provider } from "../providers/_provider.ts";
import { asChanged } from "../wiring/changed-sending.ts";
import type { Sending } from "../wiring/sending.ts";
import { signerFor } from "../wiring/signer.ts";
import type { Context } from "./context.ts";
import { editBody } from "./edit-body.ts";

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
  { delivery, body }: Sending,
  { set = [], header = [], edit, resigns, context }: Changes,
): Promise<(now: number) => Sending> {
  const signer = resigns ? signerFor(delivery, context.dir) : undefined;
  const sign = (request: SendableRequest, now: number) => signer?.sign(request, now) ?? request;

  const { headers, path } = delivery;
  let request: SendableRequest = { headers, path, body: body.bytes() };
  // What cannot be signed is found before a person has been made to edit it.
  sign(request, delivery.receivedAt);
  if (set.length > 0) request = withBody(request, assignInBody(request.body, set));
  if (edit) request = withBody(request, await editBody(request.body, { stdoutIsOurs: context.json }));
  request = { ...request, headers: withHeaders(request.headers, header) };
  sign(request, delivery.receivedAt);
  if (signer?.usesDevelopmentKey) context.talk(strangersKey(signer.provider));
  return (now) => asChanged(delivery, sign(request, now));
}

const strangersKey = ({ id, name }: Provider) =>
  `Only ${name} can sign with ${name}'s keys: this is signed with the development key that "hookspool forge ${id}" serves.\n`;
