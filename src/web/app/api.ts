import {
  type About,
  type Detail,
  type FoundPage,
  type Refused,
  type Replayed,
  tokenHeader,
} from "../protocol.ts";

/** What the server said no to, or `network` where it was not there to say anything. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number | "network";

  constructor(status: number | "network", message: string) {
    super(message);
    this.status = status;
  }
}

/** Asked after every break: whoever has taken the port meanwhile may never answer. */
const ABOUT_MS = 3_000;

export interface FindOptions {
  readonly filter: string;
  readonly before: number | undefined;
  readonly limit: number;
}

/** Asks the server, with the token on every question. Every function throws {@link ApiError}. */
export function createApi(token: string) {
  async function ask(method: string, path: string, limitMs?: number): Promise<Response> {
    let response: Response;
    const signal = limitMs === undefined ? null : AbortSignal.timeout(limitMs);
    try {
      response = await fetch(path, { method, headers: { [tokenHeader]: token }, signal });
    } catch {
      throw new ApiError("network", "hookspool does not answer");
    }
    if (response.ok) return response;
    const { message, hint } = (await response.json().catch(() => ({}))) as Partial<Refused>;
    throw new ApiError(response.status, [message ?? response.statusText, hint].filter(Boolean).join(". "));
  }

  const json = async <T>(method: string, path: string, limitMs?: number): Promise<T> =>
    (await (await ask(method, path, limitMs)).json()) as T;

  return {
    about: () => json<About>("GET", "/api/about", ABOUT_MS),
    find({ filter, before, limit }: FindOptions) {
      const words = new URLSearchParams({ filter, limit: String(limit) });
      if (before !== undefined) words.set("before", String(before));
      return json<FoundPage>("GET", `/api/deliveries?${words}`);
    },
    detail: (id: number) => json<Detail>("GET", `/api/deliveries/${id}`),
    body: async (id: number) => (await ask("GET", `/api/deliveries/${id}/body`)).blob(),
    curl: async (id: number) =>
      (await json<{ command: string }>("GET", `/api/deliveries/${id}/curl`)).command,
    replay: (id: number) => json<Replayed>("POST", `/api/deliveries/${id}/replay`),
    remove: (id: number) => json<{ removed: number }>("DELETE", `/api/deliveries/${id}`),
  };
}
