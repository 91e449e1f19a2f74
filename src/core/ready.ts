/** What a person needs to know when capturing has begun. */
export interface Ready {
  /** The proven public URL; `null` where there is none (yet). */
  readonly endpoint: string | null;
  /** The capture endpoint on loopback. */
  readonly local: string;
  readonly target: string;
  /** The web inspector's URL; `null` where it is off. */
  readonly inspector: string | null;
  /** The tunnel driver's name, or `none`. */
  readonly tunnel: string;
}
