/** The reminder of a released letter: when the letter is due again by itself, and when a late reminder no longer counts. */
import { minute, type Instant } from '../clock.ts';
import type { Letter } from '../letters/letter.ts';

/** A released letter that nobody claimed is asked for again after this long at most. */
const remindAfter = minute;

/** When a letter released now is due again, should nobody have claimed it; `lease` in milliseconds. */
export function remindedAt(lease: number, now: Instant): Instant {
  return now + Math.min(lease, remindAfter);
}

/**
 * Whether a letter was put off since its reminder was given. A reminder that waited long has a twin, and what the first
 * one sent and the server put off is not due for the second. `due` is by the clock of the pump, `now` by the mailer's:
 * they may differ, and a letter that was never tried was never put off.
 */
export function isPutOff(
  { attempts, dueAt }: Pick<Letter, 'attempts' | 'dueAt'>,
  due: Instant | undefined,
  now: Instant,
): boolean {
  return attempts > 0 && due !== undefined && dueAt > Math.max(due, now + remindAfter);
}
