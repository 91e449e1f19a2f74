import type { RequestHead } from "../core/delivery.ts";

type Asked = Pick<RequestHead, "path" | "headers">;

/**
 * Why an allow-list of path prefixes keeps a request out; `undefined` where it lets it through. An empty list
 * lets everything through.
 *
 * A path is handed on to the letter, so what is compared must be what a handler will understand by it: a path
 * that some servers would first decode, resolve, cut or fold is kept out, whatever it begins with.
 */
export function whyKeptOut({ path, headers }: Asked, prefixes: readonly string[]): string | undefined {
  if (prefixes.length === 0) return undefined;
  if (!isNormalPath(path)) return "a path that can be read in more than one way";
  if (headers.some(([name, value]) => namesPath(name) && value !== path))
    return "a header that names another path";
  return prefixes.some((prefix) => isBelow(path, prefix)) ? undefined : "path not let through by --path";
}

/** A prefix matches whole segments: `/hooks` lets `/hooks`, `/hooks/a` and `/hooks?x` through, not `/hooksy`. */
function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  const next = path[prefix.length];
  return prefix.endsWith("/") || next === undefined || next === "/" || next === "?";
}

/**
 * Whether a request target means the same to every server: it begins with a slash, and its path is its own
 * normal form.
 *
 * @see RFC 3986, sections 3.3 and 6.2.2
 */
export function isNormalPath(target: string): boolean {
  if (!visible.test(target)) return false;
  const [path = ""] = target.split("?", 1);
  return segments.test(path) && !blankSegment.test(path) && escapesWell(path);
}

/** Visible ASCII without the fragment that some servers cut off, in the query too. */
const visible = /^[!"$-~]+$/;

/** No empty ones; of the characters, those that RFC 3986 allows, less the `;` that begins a path parameter. */
const segments = /^\/(?:[\w.~!$&'()*+,=:@%-]+(?:\/|$))*$/;

/** `.`, `..`, and what some file systems take for them: more dots, dots and spaces. */
const blankSegment = /\/(?:\.|%20)+(?:\/|$)/;

/** Escapes stand for what could not stand there itself, in UTF-8, in one way only. */
function escapesWell(path: string): boolean {
  if (!path.includes("%")) return true;
  for (const [, code = ""] of path.matchAll(/%([0-7][0-9a-f])/gi))
    if (needlesslyEscaped.test(String.fromCharCode(Number.parseInt(code, 16)))) return false;
  try {
    const text = decodeURIComponent(path);
    // A full-width slash is a slash to those who fold compatible characters.
    return text === text.normalize("NFKC");
  } catch {
    return false;
  }
}

/** What divides or begins something, is undone in a second decoding, controls something, or needs no escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const needlesslyEscaped = /[\u0000-\u001f\u007f/\\;?#%\w.~-]/;

/** Header fields that frameworks take for the path that was asked for (Symfony, IIS, nginx, WebDAV). */
function namesPath(name: string): boolean {
  // CGI and WSGI make no difference between the two.
  return pathFields.has(name.toLowerCase().replaceAll("_", "-"));
}

const pathFields = new Set([
  "x-original-url",
  "x-original-uri",
  "x-rewrite-url",
  "x-override-url",
  "x-http-destinationurl",
]);
