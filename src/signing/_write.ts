import { AppError } from "../core/errors.ts";
import type { HeaderPair } from "../core/headers.ts";
import { keyIdOf } from "./_ed25519-keys.ts";
import type { Rules } from "./_rules.ts";
import { isProblem, type SignInputs } from "./_scheme.ts";

/**
 * The headers of a signed delivery, in the order id, user, time, key, signature.
 *
 * @throws {AppError} an input is not given, or the secret cannot sign.
 */
export function signatureHeaders(scheme: string, rules: Rules, inputs: SignInputs): HeaderPair[] {
  const { headers: names, envelope, proof, content } = rules;
  const { secret, body, params = {} } = inputs;
  if (secret === null || secret === "") throw unsignable(scheme, "a secret");
  if (names.id !== undefined && !inputs.id) throw unsignable(scheme, "the delivery's id");

  const timestamp = String(Math.trunc(inputs.timestamp));
  const fields = { id: inputs.id ?? "", user: params.user ?? "local", timestamp };
  const signed = content(fields, body);
  if (isProblem(signed)) throw unsignable(scheme, `another body: ${signed.problem}`);
  const values: readonly (readonly [header: string | undefined, value: string])[] = [
    [names.id, fields.id],
    [names.user, fields.user],
    [names.timestamp, timestamp],
    [names.keyId ?? names.keyIdHint, params.kid ?? keyIdOf(secret) ?? "local"],
    [names.signature, envelope.write(proof.sign(signed, secret), timestamp)],
  ];
  return values.flatMap(([header, value]) => (header === undefined ? [] : [[header, value] as const]));
}

function unsignable(scheme: string, what: string): AppError {
  return new AppError(`signing as ${scheme} needs ${what}`, {
    code: "E_CANNOT_SIGN",
    fault: "user",
    hint: "Give it, or leave the delivery unsigned.",
  });
}
