import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHead } from "../core/delivery.ts";
import { type HeaderPair, headerValues } from "../core/headers.ts";

/** What a sender must show to be let in: one of those that are set. */
export interface Credentials {
  /** `user:password`, for Basic authentication. */
  readonly basic?: string | undefined;
  /** For `Authorization: Bearer`, or as the first segment of the path. */
  readonly token?: string | undefined;
}

/** Keeps strangers out of the endpoint. */
export interface Doorkeeper {
  /** The head without what let it in; `undefined` where nothing did. */
  admit(head: RequestHead): RequestHead | undefined;
  /** For `WWW-Authenticate`. */
  readonly challenge: string;
}

/** The name under which {@link RequestHead.withheld} lists a token that was in the path. */
const PATH_TOKEN = "token in the path";

/**
 * The credential is the endpoint's own and no part of the delivery: it is taken out of the head before anybody
 * sees that, and the head says what was taken out.
 *
 * @returns `undefined` where nothing is set, so that everybody is let in
 */
export function createDoorkeeper({ basic, token }: Credentials): Doorkeeper | undefined {
  if (basic === undefined && token === undefined) return undefined;
  const isBasic = equals(basic);
  const isToken = equals(token);

  function opens([name, value]: HeaderPair): boolean {
    if (name.toLowerCase() !== "authorization") return false;
    const [, scheme = "", credential = ""] = /^(basic|bearer) +(\S+)$/i.exec(value.trim()) ?? [];
    // Characters are bytes here: what was configured is UTF-8.
    if (scheme.toLowerCase() === "basic") return isBasic(Buffer.from(credential, "base64"));
    return isToken(Buffer.from(credential, "latin1"));
  }

  /** Others that it passed write down the path they saw. */
  const repeats = (value: string) => token !== undefined && value.includes(token);

  return {
    challenge: [
      ...(basic === undefined ? [] : ['Basic realm="hookspool", charset="UTF-8"']),
      ...(token === undefined ? [] : ['Bearer realm="hookspool"']),
    ].join(", "),
    admit(head) {
      const segment = /^\/([^/?]*)/.exec(head.path)?.[1] ?? "";
      const inPath = isToken(Buffer.from(segment, "latin1"));
      // Of two credentials another server may read the other one.
      const authorizations = headerValues(head.headers, "authorization").length;
      const inHeader = head.headers.some(opens);
      if (!inPath && !(inHeader && authorizations === 1)) return undefined;
      const kept = head.headers.filter((pair) => !opens(pair) && !repeats(pair[1]));
      const taken = head.headers.filter((pair) => !kept.includes(pair)).map(([name]) => name);
      return {
        ...head,
        path: inPath ? withoutSegment(head.path, segment) : head.path,
        headers: kept,
        withheld: inPath ? [PATH_TOKEN, ...taken] : taken,
      };
    },
  };
}

/** Compares digests, so that neither content nor length shows in the time that it takes. */
function equals(wanted: string | undefined): (given: Uint8Array) => boolean {
  if (wanted === undefined) return () => false;
  const expected = digest(Buffer.from(wanted));
  return (given) => timingSafeEqual(digest(given), expected);
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

function withoutSegment(path: string, segment: string): string {
  const rest = path.slice(segment.length + 1);
  return rest.startsWith("/") ? rest : `/${rest}`;
}
