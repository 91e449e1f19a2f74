/** How long a peer may take, in ms, and how many there may be. */
export interface CaptureLimits {
  /** From the connection's first byte to the end of the head. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** For a whole request, however steadily it drips. */
  readonly requestMs: number;
  /** For going on talking after it was refused. */
  readonly lingerMs: number;
  /** Open connections, whether they ask for something or not. */
  readonly connections: number;
}

export const defaultLimits: CaptureLimits = {
  headMs: 15_000,
  idleMs: 30_000,
  requestMs: 15 * 60_000,
  lingerMs: 5_000,
  connections: 4_096,
};
