/** The port for waiting work. Its two implementations keep the same contract, written here. */
import type { JobName, Jobs } from '../jobs.ts';

export interface Queue {
  /**
   * Asks for a job soon, without waiting for it. A reminder may get lost with the process or come twice;
   * every handler reads its row first, and a sweep asks again for what is overdue.
   */
  ask<Name extends JobName>(name: Name, job: Jobs[Name]): Promise<void>;
  /**
   * Works on one kind of job, at most `concurrency` at a time. A handler that throws is reported to
   * `onError` and not tried again: the sweep will ask.
   */
  work<Name extends JobName>(name: Name, handler: (job: Jobs[Name]) => Promise<void>, concurrency: number): void;
  /** Runs a step every `milliseconds`, never twice at the same time, first at once. */
  every(name: string, milliseconds: number, step: () => Promise<unknown>): void;
  /** Jobs asked for and not yet done. */
  readonly pending: number;
  /** Takes no more work, and resolves when what runs has ended. */
  close(): Promise<void>;
}
