/** Where a letter is going next, and when, as far as anybody can tell. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Instant } from '../clock.ts';
import type { Letter } from '../letters/letter.ts';
import { slowedPace, type Channel } from '../outbox/channel-table.ts';
import { gateOf, readGates } from '../outbox/gate.ts';
import { ourSite, towards } from '../outbox/site-table.ts';
import { leavesAbout, lettersBefore } from '../outbox/when-due.ts';
import { waitsForPerson } from '../outcomes/move-by-report.ts';
import { petitionPlaceTable, petitionTable } from '../petitions/petition-table.ts';
import { withheldTable } from '../petitions/withheld-table.ts';
import type { Transaction } from '../storage/database.ts';

export interface Place {
  petitionId: string;
  serial: string;
  volume: number;
  number: number;
  /** Names on the petition; undefined while it is being sealed. */
  of: number | undefined;
}

/**
 * `mail`: leaves at about `at`. `later`: by mail, but nobody can say when. `paused`: staff hold all letters, or those
 * to this target. `trouble`: a breaker holds them. `probing`: a few letters try the mailbox. `shut`: the pump is about to
 * put it with the names. `stray`: no campaign has the target any more. `doubt`: `again` when silence means that it is
 * sent once more. `person`: somebody has to read a report.
 */
export type NextStop =
  | { kind: 'confirm' | 'lease' | 'silence'; at: Instant }
  | { kind: 'mail'; at: Instant; before: number }
  | { kind: 'doubt'; at: Instant; again: boolean }
  | { kind: 'later' | 'paused' | 'trouble' | 'probing' | 'shut' | 'stray' | 'person' | 'decide' }
  | { kind: 'petition'; isWithheld: boolean }
  | { kind: 'paper'; place: Place | undefined }
  | { kind: 'end' };

interface Needs {
  reader: Transaction;
  book: CampaignBook;
  pacePerHour: number | undefined;
  now: Instant;
}

/** The next stop of a letter; `channel` is that of its target. */
export async function nextStop(needs: Needs, letter: Letter, channel: Channel): Promise<NextStop> {
  const { reader } = needs;
  const { state, dueAt: at } = letter;
  switch (state) {
    case 'held':
      return { kind: 'confirm', at };
    case 'queued':
      return nextMail(needs, letter, channel);
    case 'sending':
      return { kind: 'lease', at };
    case 'in_doubt':
      return { kind: 'doubt', at, again: letter.doubts <= 1 };
    case 'accepted':
      return waitsForPerson(letter) ? { kind: 'person' } : { kind: 'silence', at };
    case 'refused':
    case 'returned':
      return { kind: 'decide' };
    case 'for_hand':
      return { kind: 'petition', isWithheld: await reader.existsBy(withheldTable, { letterId: letter.id }) };
    case 'petitioned':
    case 'handed_in':
      return { kind: 'paper', place: await placeOf(reader, letter) };
    case 'delivered':
    case 'withdrawn':
      return { kind: 'end' };
  }
}

/** When a letter that is due now, or will be, leaves by mail. */
export async function nextMail(
  { reader, book, pacePerHour, now }: Needs,
  letter: Pick<Letter, 'target' | 'dueAt'>,
  channel: Channel,
): Promise<NextStop> {
  const target = book.target(letter.target);
  if (!target) return { kind: 'stray' };
  if (channel.mode === 'hand') return { kind: 'shut' };
  const gates = await readGates(reader);
  if ([ourSite, towards(target.id)].some((place) => gates.paused.has(place))) return { kind: 'paused' };
  if (gateOf(gates, target.id, now) !== 'open') return { kind: 'trouble' };
  if (channel.mode === 'probing') return { kind: 'probing' };
  const before = await lettersBefore(reader, letter);
  const full = pacePerHour ?? target.pace.perHour;
  const pace = { ...target.pace, perHour: channel.mode === 'mail' ? full : slowedPace(full) };
  const start = Math.max(now, letter.dueAt, channel.nextReleaseAt);
  const at = before === undefined ? undefined : leavesAbout(pace, target.timeZone, { start, before });
  return before === undefined || at === undefined ? { kind: 'later' } : { kind: 'mail', at, before };
}

/** Where the name stands on its petition; undefined for a letter that is on none. */
export async function placeOf(
  reader: Transaction,
  { id, petitionId }: Pick<Letter, 'id' | 'petitionId'>,
): Promise<Place | undefined> {
  if (petitionId === null) return undefined;
  const petition = await reader.findOneBy(petitionTable, { id: petitionId });
  const place = await reader.findOneBy(petitionPlaceTable, { petitionId, letterId: id });
  if (!petition || !place) return undefined;
  const { serial, names, state } = petition;
  const of = state === 'sealing' ? undefined : names;
  return { petitionId, serial, volume: place.volume, number: place.number, of };
}
