/** What Postfix and Haraka have in common here: they hold letters in their own durable queue, then let them go. */

export interface Relay {
  /** Takes mail into the queue and sends none of it. */
  hold(): Promise<number>;
  /** Lets everything in the queue go. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export interface RelayPlan {
  /** A folder of this relay's own, on the disk the service works on. */
  folder: string;
  sinkPort: number;
  connections: number;
}

/** A relay that cannot run here, with what it would need. */
export class LeftOut extends Error {}
