import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { petitionRulesSchema } from '../../src/campaigns/campaign.ts';
import type { FollowUp } from '../../src/petitions/follow-up-table.ts';
import { courseOf, endedLetters, isReceipt, timeProblem, type Course } from '../../src/petitions/hand-in-course.ts';
import { handInOutcomes, type HandIn, type HandInOutcome } from '../../src/petitions/hand-in-table.ts';
import { overdueOf, type Overdue } from '../../src/petitions/overdue.ts';
import type { PetitionState } from '../../src/petitions/petition-table.ts';

const sealedAt = 1_000 * day;

function tryOf(outcome: HandInOutcome, at: number, changes: Partial<HandIn> = {}): HandIn {
  const nothing = { carrier: null, reference: null, note: null, struckAt: null, struckBy: null, strikeReason: null };
  const row = { id: `try at ${at}`, petitionId: 'p', place: 'at the gate', recordedAt: at, recordedBy: 'test' };
  return { ...nothing, ...row, at, outcome, ...changes };
}

describe('the course of a petition', () => {
  test.each<[PetitionState, HandInOutcome[], Course]>([
    ['sealed', [], 'waits'],
    ['sealed', ['refused'], 'refused'],
    ['sealed', ['posted'], 'on-its-way'],
    ['sealed', ['posted', 'lost'], 'lost'],
    ['sealed', ['posted', 'lost', 'posted'], 'on-its-way'],
    ['sealed', ['posted', 'refused'], 'refused'],
    ['handed_in', ['refused', 'accepted'], 'handed-in'],
    ['handed_in', ['posted'], 'handed-in'],
    ['void', ['refused'], 'void'],
  ])('of one that is %s after %j is %s', (state, outcomes, course) => {
    const tries = outcomes.map((outcome, n) => tryOf(outcome, sealedAt + n));
    expect(courseOf(state, tries)).toBe(course);
  });

  test('is as if what was struck had never been recorded', () => {
    const outcome = fc.constantFrom(...handInOutcomes.filter((each) => !isReceipt(each)));
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.boolean())), (recorded) => {
        const tries = recorded.map(([each, isStruck], n) =>
          tryOf(each, sealedAt + n, { struckAt: isStruck ? sealedAt : null }),
        );
        const kept = tries.filter((each) => each.struckAt === null);
        expect(courseOf('sealed', tries)).toBe(courseOf('sealed', kept));
        expect(courseOf('sealed', tries) === 'waits').toBe(kept.length === 0);
        for (const each of tries) expect(endedLetters('sealed', each, tries)).toBe(false);
      }),
    );
  });

  test('ends by the receipt, and only older versions ended it by the post alone', () => {
    const [posted, refused, accepted] = [tryOf('posted', 1), tryOf('refused', 2), tryOf('accepted', 3)];
    expect(endedLetters('handed_in', accepted, [posted, refused, accepted])).toBe(true);
    expect(endedLetters('handed_in', posted, [posted, refused, accepted])).toBe(false);
    expect(endedLetters('handed_in', posted, [posted])).toBe(true);
    expect(endedLetters('handed_in', refused, [refused, posted])).toBe(false);
  });
});

test.each([
  ['long before it was sealed', -hour, 'before the petition was sealed'],
  ['a moment before, by another clock', -minute, undefined],
  ['when it was sealed', 0, undefined],
  ['a moment ahead, by another clock', 9 * day + minute, undefined],
  ['tomorrow', 10 * day, 'in the future'],
])('a try %s', (_name, after, problem) => {
  const [found] = timeProblem(sealedAt + after, { sealedAt }, sealedAt + 9 * day);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toEqual({ field: 'at', problem: expect.stringContaining(problem) });
});

describe('a petition is due', () => {
  const rules = petitionRulesSchema.parse({});
  const now = sealedAt + 40 * day;
  const followUp = (what: FollowUp['what'], at: number): FollowUp => ({
    id: 'f',
    petitionId: 'p',
    at,
    what,
    reference: null,
    note: null,
    recordedAt: at,
    recordedBy: 'test',
  });
  const early = sealedAt + day;
  const late = sealedAt + 20 * day;

  test.each<[string, PetitionState, HandIn[], FollowUp[], boolean, Overdue['why'] | undefined]>([
    ['when nobody tried', 'sealed', [], [], false, 'not-tried'],
    ['when the post brings no word', 'sealed', [tryOf('posted', early)], [], false, 'no-word'],
    ['when no try follows a refusal', 'sealed', [tryOf('refused', early)], [], false, 'refused'],
    ['when no try follows a loss', 'sealed', [tryOf('posted', early), tryOf('lost', early + 1)], [], false, 'lost'],
    ['not while a try is fresh', 'sealed', [tryOf('posted', late)], [], false, undefined],
    ['not when a fresh try was struck', 'sealed', [tryOf('posted', late, { struckAt: late })], [], false, 'not-tried'],
    [
      'not when the office was asked since',
      'sealed',
      [tryOf('posted', early)],
      [followUp('asked', late)],
      false,
      undefined,
    ],
    ['not when it is void', 'void', [], [], true, undefined],
    ['not after the receipt', 'handed_in', [tryOf('accepted', early)], [], false, undefined],
    ['when an answer is awaited', 'handed_in', [tryOf('accepted', early)], [], true, 'no-answer'],
    ['not when it came', 'handed_in', [tryOf('accepted', early)], [followUp('answered', early)], true, undefined],
    ['not with a number', 'handed_in', [tryOf('accepted', early, { reference: 'R-1' })], [], true, undefined],
  ])('%s', (_name, state, tries, followUps, awaitAnswer, why) => {
    expect(overdueOf({ state, sealedAt }, { tries, followUps }, { ...rules, awaitAnswer }, now)?.why).toBe(why);
  });

  test('after as many days as the campaign says, counted from the last word', () => {
    const tries = [tryOf('posted', early)];
    const due = (chaseAfterDays: number, at: number) =>
      overdueOf({ state: 'sealed', sealedAt }, { tries, followUps: [] }, { ...rules, chaseAfterDays }, at);
    expect(due(7, early + 7 * day - 1)).toBeUndefined();
    expect(due(7, early + 7 * day)).toEqual({ why: 'no-word', since: early });
  });
});
