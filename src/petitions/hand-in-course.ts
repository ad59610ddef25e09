/** Where a petition stands after the tries at handing it over, and which further steps are possible. */
import { minute, type Instant } from '../clock.ts';
import type { FieldProblem } from '../errors.ts';
import type { HandIn, HandInOutcome } from './hand-in-table.ts';
import type { Petition, PetitionState } from './petition-table.ts';

/**
 * `waits`: nobody has tried yet. `on-its-way`: posted, and nobody has said that it arrived. After `refused` and
 * `lost` the same paper may be printed and tried again.
 */
export const courses = ['waits', 'on-its-way', 'refused', 'lost', 'handed-in', 'void'] as const;
export type Course = (typeof courses)[number];

type Try = Pick<HandIn, 'at' | 'outcome' | 'struckAt'>;

/** Clocks of people and of this machine differ by this much. */
const tolerance = 5 * minute;

/** Whether this outcome is the office's receipt: only then have the letters come to their end. */
export function isReceipt(outcome: HandInOutcome): outcome is 'accepted' | 'accepted-in-meeting' {
  return outcome === 'accepted' || outcome === 'accepted-in-meeting';
}

/** Where a petition stands; `tries` in the order in which they were made. */
export function courseOf(state: PetitionState, tries: readonly Try[]): Course {
  // The office has it, however many of its letters say so by now.
  if (state === 'handed_in' || state === 'handing_in') return 'handed-in';
  if (state === 'void') return 'void';
  const last = tries.findLast((each) => each.struckAt === null)?.outcome;
  if (last === 'posted') return 'on-its-way';
  return last === 'refused' || last === 'lost' ? last : 'waits';
}

/** What is wrong with the time of a try or a follow-up, if anything. */
export function timeProblem(at: Instant, { sealedAt }: Pick<Petition, 'sealedAt'>, now: Instant): FieldProblem[] {
  if (at > now + tolerance) return [{ field: 'at', problem: 'lies in the future: give the time when it happened' }];
  if (at < sealedAt - tolerance)
    return [{ field: 'at', problem: 'lies before the petition was sealed: give the time when it happened' }];
  return [];
}

/**
 * Whether a try is the one by which the letters came to their end, or are about to. Petitions of older versions were handed in by the
 * post alone.
 */
export function endedLetters(state: PetitionState, handIn: Pick<HandIn, 'outcome'>, tries: readonly Try[]): boolean {
  if (state !== 'handed_in' && state !== 'handing_in') return false;
  if (isReceipt(handIn.outcome)) return true;
  const isReceived = tries.some((each) => each.struckAt === null && isReceipt(each.outcome));
  return handIn.outcome === 'posted' && !isReceived;
}
