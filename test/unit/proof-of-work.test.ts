/** The work a browser does before it may sign: right for one form, and for no other. */
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { describe, expect, test } from 'vitest';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { hour } from '../../src/clock.ts';
import { createProofOfWork } from '../../src/intake/proof-of-work.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import { movableClock } from '../support/movable-clock.ts';

const [sample] = await loadCampaigns('campaigns');
if (!sample) throw new Error('there is no sample campaign');
const asking = (proofOfWork: Campaign['protection']['proofOfWork'], slug = sample.slug): Campaign => ({
  ...sample,
  slug,
  protection: { ...sample.protection, proofOfWork },
});
const keyOf = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const clock = movableClock();
const make = (ring = keyOf('1', 1)) => createProofOfWork({ keys: parseKeyRing(ring), clock });

async function solved(challenge: string): Promise<{ challenge: any; counter: number; derivedKey: string }> {
  const parsed = JSON.parse(challenge);
  const solution = await solveChallenge({ challenge: parsed, deriveKey });
  if (!solution) throw new Error('not solved');
  return { challenge: parsed, counter: solution.counter, derivedKey: solution.derivedKey };
}

const campaign = asking('light');
const puzzle = await make().puzzleOf(campaign, 'event-1');
const right = await solved(puzzle?.challenge ?? '');
const isTaken = (given: unknown, changes: { campaign?: Campaign; eventId?: string; ring?: string } = {}) =>
  make(changes.ring).isSolved(changes.campaign ?? campaign, changes.eventId ?? 'event-1', {
    proof: typeof given === 'string' ? given : JSON.stringify(given),
    answer: '',
  });

describe('proof of work', () => {
  test('is taken for the form it was made for', async () => {
    expect(await isTaken(right)).toBe(true);
  });

  test('is taken after the key was changed, while the old one is in the ring', async () => {
    expect(await isTaken(right, { ring: `${keyOf('2', 2)},${keyOf('1', 1)}` })).toBe(true);
    expect(await isTaken(right, { ring: keyOf('2', 2) })).toBe(false);
  });

  test.each([
    ['of another form', right, { eventId: 'event-2' }],
    ['of another campaign', right, { campaign: asking('light', 'another') }],
    ['that was not done', { ...right, counter: right.counter + 1 }, {}],
    [
      'made easier by hand',
      { ...right, challenge: { ...right.challenge, parameters: { ...right.challenge.parameters, cost: 1 } } },
      {},
    ],
    ['without a signature', { ...right, challenge: { parameters: right.challenge.parameters } }, {}],
    ['that is no JSON', '{', {}],
    ['that is something else', '[]', {}],
  ])('%s is not taken', async (_what, given, changes) => {
    expect(await isTaken(given, changes)).toBe(false);
  });

  test('does not last for ever', async () => {
    const late = createProofOfWork({
      keys: parseKeyRing(keyOf('1', 1)),
      clock: { now: () => clock.now() + 12 * hour },
    });
    expect(await late.isSolved(campaign, 'event-1', { proof: JSON.stringify(right), answer: '' })).toBe(false);
  });

  test('is asked only where the campaign wants it', async () => {
    expect(await make().puzzleOf(asking('off'), 'event-1')).toBeUndefined();
    expect(await make().isSolved(asking('off'), '', { proof: '', answer: '' })).toBe(true);
  });

  test('a form whose work fails may still answer the question', async () => {
    const [one, other] = puzzle?.sum ?? [0, 0];
    expect(await make().isSolved(campaign, 'event-1', { proof: '', answer: String(one + other) })).toBe(true);
    expect(await make().isSolved(campaign, '', { proof: '', answer: String(one + other) })).toBe(false);
  });
});
