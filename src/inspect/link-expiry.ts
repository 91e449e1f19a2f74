/**
 * When a link stops working, in ms since the epoch, as far as it says so itself: signed URLs carry their end, each
 * signer in its own parameters. `undefined` where nothing is said.
 *
 * @see AWS Signature Version 4 and Google Cloud Storage V4 (date and seconds), CloudFront and S3 V2 (`Expires`),
 *   Azure SAS (`se`), and tokens with an `exp` claim (RFC 7519, section 4.1.4)
 */
export function linkExpiry(url: string): number | undefined {
  const words = new Map([...new URL(url).searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  for (const signer of ["amz", "goog"]) {
    const from = basicTime(words.get(`x-${signer}-date`));
    const seconds = Number(words.get(`x-${signer}-expires`));
    if (from !== undefined && seconds > 0) return from + seconds * 1_000;
  }
  const sas = words.has("sig") ? Date.parse(words.get("se") ?? "") : Number.NaN;
  if (!Number.isNaN(sas)) return sas;
  for (const name of ["expires", "expiry", "expires_at", "exp", "x-expires", "e"]) {
    const moment = epoch(words.get(name));
    if (moment !== undefined) return moment;
  }
  return tokenExpiry(words.get("token"));
}

/** `20261121T101500Z` */
function basicTime(text: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "") ?? [];
  if (year === undefined) return undefined;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Seconds or milliseconds since the epoch; another number is no moment near ours. */
function epoch(text: string | undefined): number | undefined {
  if (!/^\d{10}$|^\d{13}$/.test(text ?? "")) return undefined;
  return Number(text) * (text?.length === 10 ? 1_000 : 1);
}

function tokenExpiry(token: string | undefined): number | undefined {
  const claims = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token ?? "")?.[1];
  if (claims === undefined) return undefined;
  try {
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
