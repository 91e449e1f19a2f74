import type { Forged, ForgeWish, HandedOver } from "../../core/actions.ts";
import type { Diff } from "../../inspect/diff.ts";
import {
  type About,
  type Compared,
  type Detail,
  type Forgeable,
  type FoundPage,
  type MediaFacts,
  mediaHeader,
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
  readonly from?: number;
  readonly limit: number;
}

export interface ExportOptions {
  readonly format: string;
  /** Masked, a file can be passed on. */
  readonly secrets: "masked" | "shown";
}

/** A file, and what its server said of it. */
export interface LoadedMedia {
  readonly facts: MediaFacts;
  readonly bytes: Blob;
}

export type Api = ReturnType<typeof createApi>;

/** Asks the server, with the token on every question. Every function throws {@link ApiError}. */
export function createApi(token: string) {
  async function ask(method: string, path: string, options: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`/api/${path}`, { ...options, method, headers: { [tokenHeader]: token } });
    } catch {
      throw new ApiError("network", "hookspool does not answer");
    }
    if (response.ok) return response;
    const { message, hint } = (await response.json().catch(() => ({}))) as Partial<Refused>;
    throw new ApiError(response.status, [message ?? response.statusText, hint].filter(Boolean).join(". "));
  }

  const json = async <T>(method: string, path: string, options?: RequestInit): Promise<T> =>
    (await (await ask(method, path, options)).json()) as T;

  return {
    about: () => json<About>("GET", "about", { signal: AbortSignal.timeout(ABOUT_MS) }),
    find({ filter, before, from, limit }: FindOptions) {
      const words = new URLSearchParams({ filter, limit: String(limit) });
      if (before !== undefined) words.set("before", String(before));
      if (from !== undefined) words.set("from", String(from));
      return json<FoundPage>("GET", `deliveries?${words}`);
    },
    detail: (id: number) => json<Detail>("GET", `deliveries/${id}`),
    signature: async (id: number) => (await json<Compared>("GET", `deliveries/${id}/signature`)).facts,
    body: async (id: number) => (await ask("GET", `deliveries/${id}/body`)).blob(),
    diff: (left: number, right: number) => json<Diff>("GET", `deliveries/${left}/diff/${right}`),
    async export(ids: readonly number[], { format, secrets }: ExportOptions): Promise<File> {
      const words = new URLSearchParams({ format, secrets, numbers: ids.join(",") });
      const response = await ask("GET", `export?${words}`);
      const [, name] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
      return new File([await response.blob()], name ?? "deliveries");
    },
    /** Fetches one of the files that a delivery speaks of, by its place there. */
    async media(id: number, at: number): Promise<LoadedMedia> {
      const response = await ask("GET", `deliveries/${id}/media/${at}`);
      const facts = JSON.parse(decodeURIComponent(response.headers.get(mediaHeader) ?? "")) as MediaFacts;
      return { facts, bytes: await response.blob() };
    },
    replay: (id: number) => json<Replayed>("POST", `deliveries/${id}/replay`),
    resign: (id: number) => json<Replayed>("POST", `deliveries/${id}/resign`),
    /** Sends an edited copy; `signs`: with a fresh signature. */
    sendEdited: (id: number, body: Uint8Array<ArrayBuffer>, signs: boolean) =>
      json<Replayed>("POST", `deliveries/${id}/edited?signs=${signs}`, { body }),
    forgeable: () => json<readonly Forgeable[]>("GET", "forgeable"),
    forge: (wish: ForgeWish) => json<Forged>("POST", "forge", { body: JSON.stringify(wish) }),
    deliverOwed: () => json<HandedOver>("POST", "deliver"),
    hold: (holds: boolean) => json<{ isHeld: boolean }>("POST", holds ? "hold" : "resume"),
    remove: (ids: readonly number[]) =>
      json<{ removed: number }>("DELETE", `deliveries?numbers=${ids.join(",")}`),
  };
}
