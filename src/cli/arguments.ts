import { InvalidArgumentError } from "commander";
import { durationMs } from "../core/duration.ts";
import type { HeaderPair } from "../core/headers.ts";
import { isNormalPath } from "../spool/allow-list.ts";

/** `500ms`, `30s`, `2m`, `1h`, `7d`; a bare number is seconds. In ms. */
export function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError("A duration looks like 500ms, 30s, 2m, 1h or 7d.");
  return ms;
}

/** `10MB`, `512KiB`, `1GiB`, `2g`; a bare number is bytes. In bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text.trim());
  if (!match) throw new InvalidArgumentError("A size looks like 512KiB, 10MB or 1GiB.");
  const [, number, prefix = "", binary] = match;
  const power = ["", "k", "m", "g", "t"].indexOf(prefix.toLowerCase());
  return Math.floor(Number(number) * (binary ? 1024 : 1000) ** power);
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count))
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return count;
}

/** A public path that deliveries come to, again and again. */
export function collectPath(text: string, before: readonly string[] = []): string[] {
  if (!isNormalPath(text) || text.includes("?"))
    throw new InvalidArgumentError("A path looks like /hooks: from its slash on, without .. and //.");
  return [...before, text];
}

/** For options that may be given again and again. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `Name: value`, again and again. */
export function collectHeader(text: string, before: readonly HeaderPair[] = []): HeaderPair[] {
  const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("A header looks like 'X-Trace: 1'.");
  return [...before, [name, value.trimEnd()]];
}
