import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { nextStep } from '../../src/outcomes/next-step.ts';
import type { Attribution } from '../../src/outcomes/outcome.ts';

const now = Date.UTC(2020, 5, 15);

function next(
  attribution: Attribution | undefined,
  permanent: boolean,
  letter: Partial<Parameters<typeof nextStep>[0]['letter']> = {},
) {
  return nextStep({
    letter: { attempts: 1, identity: 'reply-to', firstAttemptAt: now, ...letter },
    classification: { class: 'unknown', attribution, rule: 'r', retryAfter: undefined },
    permanent,
    now,
    giveUpAfter: 5 * day,
    random: () => 0.5,
  });
}

const old = { firstAttemptAt: now - 6 * day };

describe('after trouble a letter', () => {
  test.each<[string, Attribution | undefined, boolean, object, object]>([
    ['of ours waits and tries again', 'ours', true, {}, { to: 'queued', dueAt: now + 5 * minute }],
    ['of ours goes on paper after days: the promise holds', 'ours', true, old, { to: 'for_hand' }],
    ['that passes waits', 'passing', false, {}, { to: 'queued', dueAt: now + 5 * minute }],
    ['that passes is given up after days', 'passing', false, old, { to: 'for_hand' }],
    [
      "of the signer's domain tries once more under our address",
      'signer',
      true,
      { identity: 'from' },
      { to: 'queued', dueAt: now, identity: 'reply-to' },
    ],
    ["of the signer's domain under our address goes on paper", 'signer', true, {}, { to: 'for_hand' }],
    ['with a dead mailbox goes on paper', 'dead', true, {}, { to: 'for_hand' }],
    ['with a block goes on paper', 'blocked', true, {}, { to: 'for_hand' }],
    ['with a block for now waits', 'blocked', false, {}, { to: 'queued' }],
    ['with a full mailbox waits hours, even after a 552', 'full', true, {}, { to: 'queued', dueAt: now + 2 * hour }],
    ['with a full mailbox is given up after days', 'full', true, old, { to: 'for_hand' }],
    [
      'nobody knows is tried again: unknown is never permanent',
      undefined,
      true,
      {},
      { to: 'queued', dueAt: now + 2 * hour },
    ],
    ['nobody knows is given up after days', undefined, true, old, { to: 'for_hand' }],
  ])('%s', (_what, attribution, permanent, letter, expected) => {
    expect(next(attribution, permanent, letter)).toMatchObject(expected);
  });
});
