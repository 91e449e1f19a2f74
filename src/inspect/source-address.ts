/**
 * Whether an address is among those that a provider says its deliveries come from; `null` where it says none or
 * what was given is no address. It is shown to a person and decides nothing: lists go out of date.
 */
export function isListedSource(address: string, listed: readonly string[]): boolean | null {
  const bits = readAddress(address);
  if (bits === undefined || listed.length === 0) return null;
  return listed.some((network) => contains(network, bits));
}

/** The answer of {@link isListedSource} in words; `null` where there is none. */
export function listedSourceText(listed: boolean | null, provider: string | null): string | null {
  if (listed === null) return null;
  return `${listed ? "" : "not "}one of the addresses that ${provider} names`;
}

/** Bits of an address, highest first. */
type Bits = readonly (0 | 1)[];

/** `network` is an address or a block in CIDR notation (RFC 4632). */
function contains(network: string, address: Bits): boolean {
  const [base = "", length] = network.split("/");
  const bits = readAddress(base);
  if (bits?.length !== address.length) return false;
  const prefix = length === undefined ? bits.length : Number(length);
  return bits.slice(0, prefix).every((bit, i) => bit === address[i]);
}

/** `203.0.113.7`, `2001:db8::7`, `[2001:db8::7]`, `::ffff:203.0.113.7` (which is the first), each with a port or not. */
function readAddress(text: string): Bits | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, "$1");
  const address = bare.includes(":") ? readVersion6(bare) : readVersion4(bare);
  const mapped = address?.length === 16 && MAPPED.every((byte, i) => address[i] === byte);
  return (mapped ? address.slice(MAPPED.length) : address)?.flatMap(bitsOf);
}

/** How the addresses of version 4 begin among those of version 6 (RFC 4291, section 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

const bitsOf = (byte: number) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => ((byte >> i) & 1) as 0 | 1);

/** Its bytes. A leading zero is octal to some and decimal to others. */
function readVersion4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function readVersion6(text: string): number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = readGroups(head, tail === undefined);
  const after = readGroups(tail ?? "", true);
  if (!before || !after) return undefined;
  const missing = 16 - before.length - after.length;
  // The two colons stand for one group at least.
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...before, ...Array<number>(missing).fill(0), ...after];
}

/** Only what ends the address may be written as one of version 4. */
function readGroups(text: string, ends: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":").map((group, i, all) => {
    if (ends && i === all.length - 1 && group.includes(".")) return readVersion4(group);
    if (!/^[\da-f]{1,4}$/i.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return groups.every((group) => group !== undefined) ? groups.flat() : undefined;
}
