/** Step on a timer: lets mails to signers go at their own pace, what cannot wait first; never while we are in trouble. */
import { IsNull, LessThanOrEqual } from 'typeorm';
import type { Clock } from '../clock.ts';
import { readGates, type Gates } from '../outbox/gate.ts';
import { allowance } from '../outbox/pace.ts';
import { remindedAt } from '../outbox/reminder.ts';
import { ourSite } from '../outbox/site-table.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { updateRows } from '../storage/write-rows.ts';
import { noticeKinds, noticeTable } from './notice-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
  queue: Queue;
  /** Notices an hour, in all. */
  perHour: number;
  /** Milliseconds within which a try must have ended. */
  lease: number;
}

/** Notices in one job, and jobs that may wait for a mailer: the backlog waits in its rows. */
const perJob = 50;
const mostWaitingJobs = 20;
const mostReleased = 1_000;

/** Whether mails to signers may leave: the relay is the one that letters need, so they stop with all letters. */
export function noticesMayLeave({ paused, breakers }: Gates): boolean {
  return !paused.has(ourSite) && !breakers.has(ourSite);
}

/** Makes the step. Its bucket lives as long as the process: after a restart at most a minute's mails leave at once. */
export function createNoticeRelease({ database, clock, queue, perHour, lease }: Needs): () => Promise<void> {
  let nextAt = 0;
  return async () => {
    if (!noticesMayLeave(await readGates(database.read))) return;
    if ((await queue.waiting('send-notices')) >= mostWaitingJobs) return;
    const now = clock.now();
    const allowed = allowance({ perHour, hours: { from: 0, to: 24 } }, now, nextAt, 'UTC');
    const most = Math.min(allowed.letters, mostReleased);
    if (most === 0) return;
    const due = remindedAt(lease, now);
    const released = await database.write(async (transaction) => {
      const ids: string[] = [];
      for (const kind of noticeKinds) {
        if (ids.length === most) break;
        const rows = await transaction.find(noticeTable, {
          select: { id: true },
          where: { kind, endedAt: IsNull(), dueAt: LessThanOrEqual(now) },
          order: { dueAt: 'ASC' },
          take: most - ids.length,
          ...locked(transaction),
        });
        ids.push(...rows.map(({ id }) => id));
      }
      await updateRows(transaction, noticeTable, ids, { set: { dueAt: due } });
      return ids;
    });
    nextAt = allowed.after(released.length);
    for (let start = 0; start < released.length; start += perJob)
      await queue.ask('send-notices', { noticeIds: released.slice(start, start + perJob), due });
  };
}
