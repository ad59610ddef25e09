/** What was heard about one target, and how it is put in order: one word per letter, in the order of their sending. */
import { day, type Instant } from '../clock.ts';
import type { OutcomeRow } from './outcome-table.ts';

/** An outcome, and when its letter had left: a report speaks of the time of its letter, not of its own. */
export interface HeardOutcome extends OutcomeRow {
  sentAt: Instant;
}

/** A letter that a server took and that is still there: what came back was not taken after all. */
export interface ThroughLetter {
  letterId: string;
  signerDomain: string;
  at: Instant;
}

/** What speaks about one target. */
export interface Heard {
  /** Letters that left before do not count: since then a rule or a person has opened the channel. */
  openSince: Instant;
  outcomes: readonly HeardOutcome[];
  through: readonly ThroughLetter[];
  /** When the mailbox was first called full after the newest letter that got through. */
  fullSince?: Instant | undefined;
}

/** A word on one letter. `ours` and `passing` say that something else stood in the way of this try. */
export type LetterWord =
  | { says: 'refused'; cause: 'blocked' | 'dead'; at: Instant; domain: string; outcome: HeardOutcome }
  | { says: 'through'; at: Instant; domain: string }
  | { says: 'passing' | 'ours'; at: Instant };

/** A report that comes later than this after its letter moves the letter, and no longer speaks about the target. */
export const latestReport = day;

/** Whether this outcome speaks about the target at all. */
export function counts(outcome: HeardOutcome): boolean {
  if (outcome.attribution !== 'dead' && outcome.attribution !== 'blocked' && outcome.attribution !== 'full')
    return false;
  // A filter may take offence at a signer's own words: that says nothing about the campaign's letter.
  if (outcome.class === 'content' && outcome.ownWords) return false;
  // An erased signer is nobody, and nobody is no distinct domain.
  if (outcome.signerDomain === '') return false;
  return outcome.trust === 'session' || outcome.at - outcome.sentAt <= latestReport;
}

/**
 * Turned away or got through: each letter once, with the last that was heard of it. Other trouble: each try. All in the
 * order in which they left.
 */
export function wordsInOrder({ outcomes, through, openSince }: Heard): LetterWord[] {
  const words: LetterWord[] = [];
  const refused = new Map<string, HeardOutcome>();
  let earliest = Infinity;
  for (const outcome of outcomes) {
    const { attribution, sentAt: at } = outcome;
    if (at < openSince) continue;
    if (attribution === 'passing' || attribution === 'ours') words.push({ says: attribution, at });
    else if (attribution !== 'full' && counts(outcome) && (refused.get(outcome.letterId)?.at ?? 0) <= outcome.at)
      refused.set(outcome.letterId, outcome);
  }
  for (const { sentAt } of refused.values()) earliest = Math.min(earliest, sentAt);
  for (const { letterId, signerDomain, at } of through) {
    // What got through before the first refusal has nothing to answer.
    if (at < openSince || at < earliest || (refused.get(letterId)?.at ?? 0) > at) continue;
    refused.delete(letterId);
    words.push({ says: 'through', at, domain: signerDomain });
  }
  for (const outcome of refused.values()) {
    const cause = outcome.attribution === 'dead' ? 'dead' : 'blocked';
    words.push({ says: 'refused', cause, at: outcome.sentAt, domain: outcome.signerDomain, outcome });
  }
  return words.sort((a, b) => a.at - b.at);
}
