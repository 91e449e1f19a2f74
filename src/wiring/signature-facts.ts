import type { DeliveryReader } from "../core/ports.ts";
import type { SignatureFacts } from "../core/verdict.ts";
import { isListedSource, listedSourceText } from "../inspect/source-address.ts";
import type { Provider } from "../providers/_provider.ts";
import { createJudge, type Judgement } from "./judgement.ts";

/** So many of the signed bytes are shown. */
const SIGNED_SHOWN = 200;

/** A larger body is not hashed again to be looked at, in bytes. */
const MOST_JUDGED_BYTES = 4 * 1024 * 1024;

/** What a stored delivery's signature is compared with; `null` where there is nothing to compare. */
export async function signatureFactsOf(
  reader: DeliveryReader,
  id: number,
  dir: string,
): Promise<SignatureFacts | null> {
  const delivery = reader.delivery(id);
  const body = reader.body(id);
  if (!delivery || !body || delivery.provider === null || body.size > MOST_JUDGED_BYTES) return null;
  const { headers, path, receivedAt, provider } = delivery;
  const judgement = await createJudge(dir, process.env, () => {})({
    request: { headers, body: body.bytes(), url: path, receivedAt },
    provider,
    scheme: undefined,
  });
  return signatureFacts(judgement, delivery.clientAddress);
}

/** What of a judgement a person is shown; `null` where there was no scheme to try. */
export function signatureFacts(
  judgement: Judgement,
  clientAddress: string | null = null,
): SignatureFacts | null {
  const { choice, description, provider, signed, signatureHeader, expected, received } = judgement;
  if (!choice) return null;
  const bytes = signed && Buffer.concat(signed);
  return {
    scheme: `${choice.scheme}: ${description}`,
    // A character that is cut in two at the end is left out.
    signed: bytes && new TextDecoder().decode(bytes.subarray(0, SIGNED_SHOWN), { stream: true }),
    signedBytes: bytes?.length ?? null,
    isSignedCut: bytes !== null && bytes.length > SIGNED_SHOWN,
    header: signatureHeader,
    expected,
    received,
    source: clientAddress && provider ? sourceText(clientAddress, provider) : null,
  };
}

function sourceText(address: string, { id, sourceAddresses }: Provider): string | null {
  const listed = listedSourceText(isListedSource(address, sourceAddresses), id);
  return listed && `${address}, ${listed}`;
}
