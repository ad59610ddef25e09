/** What a person may do with a letter by hand: a few moves of the state table, and what stands in the way of each. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Instant } from '../clock.ts';
import type { Letter } from '../letters/letter.ts';
import type { LetterState } from '../letters/letter-states.ts';
import type { ChannelMode } from '../outbox/channel-table.ts';
import { endedCampaigns, type Grace } from '../outbox/end-campaigns.ts';
import { waitsForPerson } from '../outcomes/move-by-report.ts';
import { notYetGone } from './take-back.ts';

/**
 * `mail`: due by mail. `paper`: waits for the next petition. `withdraw`: taken back because the signer asks for it.
 * `delivered` and `came-back`: what a report said that only a person could read.
 */
export const handMoves = ['mail', 'paper', 'withdraw', 'delivered', 'came-back'] as const;
export type HandMove = (typeof handMoves)[number];

/**
 * Why a move of the table would do no good now. `shut`, `probing`: the pump would take it back, or hurry a channel that
 * is being tried. `ended`: the campaign is over. `doubted`: it may have arrived twice already. `erased`: nobody is
 * left to write for. `no-target`: no campaign has this target any more.
 */
export type Hindrance = 'shut' | 'probing' | 'ended' | 'doubted' | 'erased' | 'no-target';

export interface HandOption {
  move: HandMove;
  hindrance: Hindrance | undefined;
}

/** What is known beside the letter's own row. */
export interface Surroundings {
  channel: ChannelMode;
  hasTarget: boolean;
  hasEnded: boolean;
}

const stuck: readonly LetterState[] = ['refused', 'returned'];

/**
 * Nothing is offered for a letter that is being sent, is in doubt, or has arrived: only servers can tell of those
 * (invariant 3).
 */
export function optionsFor(letter: Letter, around: Surroundings): HandOption[] {
  const { state } = letter;
  const options: HandOption[] = [];
  if (state === 'for_hand' || stuck.includes(state))
    options.push({ move: 'mail', hindrance: mailHindrance(letter, around) });
  if (state === 'queued' || stuck.includes(state))
    options.push({ move: 'paper', hindrance: letter.signerDomain === '' ? 'erased' : undefined });
  if (waitsForPerson(letter))
    for (const move of ['delivered', 'came-back'] as const) options.push({ move, hindrance: undefined });
  if (notYetGone.includes(state)) options.push({ move: 'withdraw', hindrance: undefined });
  return options;
}

function mailHindrance({ doubts, signerDomain }: Letter, around: Surroundings): Hindrance | undefined {
  if (signerDomain === '') return 'erased';
  if (doubts > 1) return 'doubted';
  if (!around.hasTarget) return 'no-target';
  if (around.hasEnded) return 'ended';
  if (around.channel === 'hand') return 'shut';
  return around.channel === 'probing' ? 'probing' : undefined;
}

/** The surroundings of a letter, given the channel of its target. */
export function surroundingsOf(
  { book, grace, now }: { book: CampaignBook; grace?: Grace; now: Instant },
  { target, campaign }: Letter,
  channel: ChannelMode,
): Surroundings {
  return {
    channel,
    hasTarget: book.target(target) !== undefined,
    hasEnded: endedCampaigns(book, now, grace).has(campaign),
  };
}
