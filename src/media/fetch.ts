/** A file as its server gave it. */
export interface FetchedMedia {
  readonly status: number;
  /** Its Content-Type; `null` where the server gave none. */
  readonly type: string | null;
  /** In bytes; `null` where the server did not say. */
  readonly size: number | null;
  readonly stream: AsyncIterable<Uint8Array>;
}

/** Fetches one file with nothing that says who asks: no cookie, no referrer. Rejects where no server answers. */
export async function fetchMedia(url: string, signal: AbortSignal): Promise<FetchedMedia> {
  const response = await fetch(url, {
    signal,
    credentials: "omit",
    referrerPolicy: "no-referrer",
    // A packed answer's Content-Length would not be the file's.
    headers: { Accept: "image/*, video/*, audio/*, */*;q=0.1", "Accept-Encoding": "identity" },
  });
  const size = response.headers.get("content-length");
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    size: size === null ? null : Number(size),
    stream: response.body ?? nothing(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
