/** What a session forgets by itself; each rule lets more go. */
export interface StandingRules {
  readonly olderThanMs: number | undefined;
  /** All but the newest so many. */
  readonly keep: number | undefined;
  readonly maxBytes: number | undefined;
}

/** What the background thread is started with. */
export interface BackgroundSettings {
  readonly dir: string;
  readonly rules: StandingRules | undefined;
}

/** What the background thread says: these have been forgotten. */
export interface FromBackgroundThread {
  readonly forgotten: readonly number[];
}
