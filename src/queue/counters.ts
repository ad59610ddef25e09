/** The port for counting how often something came within a while, together with all other processes. */

export interface Counted {
  /** How often it came in this window, this time included. */
  times: number;
  /** Milliseconds until counting begins anew. */
  left: number;
}

export interface Counters {
  /**
   * Counts one more of `name`; `window` is in milliseconds. Never rejects and never waits long: while the engine is away
   * this process counts alone. Names must hold nothing personal.
   */
  count(name: string, window: number): Promise<Counted>;
  close(): Promise<void>;
}

/** The window an instant lies in, and what is left of it: the same in every process, whenever it started. */
export function windowAt(now: number, window: number): { number: number; left: number } {
  return { number: Math.floor(now / window), left: window - (now % window) };
}
