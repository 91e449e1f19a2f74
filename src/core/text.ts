/** `completed`, or `completed (job.completed)` where the provider says it otherwise. */
export function eventText(event: string | null, eventName: string | null): string | null {
  if (event === null) return eventName && printable(eventName);
  return eventName === null || eventName === event ? event : `${event} (${printable(eventName)})`;
}

export function byteText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = bytes < 1024 ** 2 ? 1 : bytes < 1024 ** 3 ? 2 : 3;
  const [unit, size] = [["KiB", "MiB", "GiB"][power - 1], bytes / 1024 ** power];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function msText(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Local time of day: `10:00:00`. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-21 10:00:00`, local. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clockTime(ms)}`;
}

const two = (part: number) => String(part).padStart(2, "0");

/** What strangers send must not move the cursor, colour the screen, ring the bell or turn the reading direction. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** C0 and C1 controls, line and paragraph separators, bidirectional overrides. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
