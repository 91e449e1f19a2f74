import { type HeaderPair, headerValue } from "../core/headers.ts";
import { cannotSign } from "./_cannot-sign.ts";
import { keyIdOf } from "./_ed25519-keys.ts";
import type { Rules } from "./_rules.ts";
import { isProblem, type SignInputs } from "./_scheme.ts";

/**
 * The headers of a signed delivery, in the order id, user, time, key, signature.
 *
 * @throws {AppError} an input is not given, or the secret cannot sign.
 */
export function signatureHeaders(rules: Rules, inputs: SignInputs): HeaderPair[] {
  const { headers: names, envelope, proof, content } = rules;
  const { secret, body, params = {}, previous = [] } = inputs;
  const before = (name: string | undefined) => (name === undefined ? undefined : headerValue(previous, name));
  const id = inputs.id ?? before(names.id);
  if (secret === null || secret === "") throw cannotSign("a secret");
  if (names.id !== undefined && !id) throw cannotSign("the delivery's id");

  const timestamp = String(Math.trunc(inputs.timestamp));
  const fields = { id: id ?? "", user: params.user ?? before(names.user) ?? "local", timestamp };
  const signed = content(fields, body);
  if (isProblem(signed)) throw cannotSign(`another body: ${signed.problem}`);
  const values: readonly (readonly [header: string | undefined, value: string])[] = [
    [names.id, fields.id],
    [names.user, fields.user],
    [names.timestamp, timestamp],
    [names.keyId ?? names.keyIdHint, params.kid ?? keyIdOf(secret) ?? "local"],
    [names.signature, envelope.write(proof.sign(signed, secret), timestamp)],
  ];
  return values.flatMap(([header, value]) => (header === undefined ? [] : [[header, value] as const]));
}
