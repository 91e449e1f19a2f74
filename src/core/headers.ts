/**
 * Header fields as they stood on the wire: order, spelling and repeats kept.
 * Each character of a string is one byte as received (latin-1); nothing is decoded.
 */
export type HeaderPair = readonly [name: string, value: string];
export type HeaderPairs = readonly HeaderPair[];

/** The first value of a field, whatever its spelling; `undefined` where the field is absent. */
export function headerValue(headers: HeaderPairs, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([field]) => isNamed(field, wanted))?.[1];
}

/** Every value of a field in wire order. */
export function headerValues(headers: HeaderPairs, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [field, value] of headers) if (isNamed(field, wanted)) values.push(value);
  return values;
}

/** Comparing the lengths first spares nearly every lower-casing. */
const isNamed = (field: string, wanted: string) =>
  field.length === wanted.length && field.toLowerCase() === wanted;

/** Node's flat `rawHeaders` (`[name, value, name, value]`) as pairs. */
export function pairsFromRaw(raw: readonly string[]): HeaderPairs {
  const pairs: HeaderPair[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] as string, raw[i + 1] as string]);
  return pairs;
}
