/** A reminder that comes late must not send again what the server has just put off. */
import { expect, test } from 'vitest';
import { minute } from '../../src/clock.ts';
import { isPutOff, remindedAt } from '../../src/outbox/reminder.ts';

const lease = 15 * minute;

test('what was deferred since the reminder was given waits', () => {
  const due = remindedAt(lease, 0);
  expect(isPutOff({ attempts: 1, dueAt: 2 * minute + 10 * minute }, due, 2 * minute)).toBe(true);
});

test('what is due by this very reminder goes, also where the clock of the pump is ahead', () => {
  const due = remindedAt(lease, 10 * minute);
  expect(isPutOff({ attempts: 1, dueAt: due }, due, 0)).toBe(false);
});

test('a letter that was released anew meanwhile goes with the first reminder', () => {
  const due = remindedAt(lease, 0);
  expect(isPutOff({ attempts: 3, dueAt: remindedAt(lease, 2 * minute) }, due, 2 * minute)).toBe(false);
});

test('a letter never tried was never put off, and a reminder without a time decides nothing', () => {
  expect(isPutOff({ attempts: 0, dueAt: 99 * minute }, 0, 0)).toBe(false);
  expect(isPutOff({ attempts: 1, dueAt: 99 * minute }, undefined, 0)).toBe(false);
});

test('a lease shorter than a minute brings the letter back when it ends', () => {
  expect(remindedAt(3_000, 5)).toBe(3_005);
});
