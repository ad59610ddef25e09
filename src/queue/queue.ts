/** The port for waiting work. Its two implementations keep the same contract, written here. */
import type { JobName, Jobs } from '../jobs.ts';

export interface Queue {
  /**
   * Asks for a job soon, without waiting for it to be done. Never rejects and never waits for an engine that is
   * down: a reminder may get lost or come twice, every handler reads its row first, and a sweep asks again for
   * what is overdue.
   */
  ask<Name extends JobName>(name: Name, job: Jobs[Name]): Promise<void>;
  /**
   * Works on one kind of job, at most `concurrency` at a time in this process. A handler that throws is reported
   * to `onError` and not tried again: the sweep will ask.
   */
  work<Name extends JobName>(name: Name, handler: (job: Jobs[Name]) => Promise<void>, concurrency: number): void;
  /** Jobs of one kind that wait for a worker; Infinity while the engine cannot say. */
  waiting(name: JobName): Promise<number>;
  /** Throws with a reason while the engine cannot take reminders; for readiness. */
  check(): Promise<void>;
  /** Takes no more work, and resolves when what runs has ended. */
  close(): Promise<void>;
}

/** What an engine tells about itself. */
export interface QueueEvents {
  /** A handler threw, or a reminder could not be given. */
  onError(name: string, error: Error): void;
}
