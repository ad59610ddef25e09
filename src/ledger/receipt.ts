/** Where one signer's letter is now, in the shape the receipt page tells it. */
import { In } from 'typeorm';
import type { Instant } from '../clock.ts';
import { unconfirmedKey } from '../intake/person-key.ts';
import { eventTable, signatureTable, type EventRow } from '../intake/signature-table.ts';
import { letterHistoryTable, letterTable } from '../letters/letter-table.ts';
import type { LetterState } from '../letters/letter-states.ts';
import { endedLetters, isReceipt } from '../petitions/hand-in-course.ts';
import { readHandIns, type HandInOutcome } from '../petitions/hand-in-table.ts';
import { petitionPlaceTable, petitionTable } from '../petitions/petition-table.ts';
import type { Database } from '../storage/database.ts';

export interface ReceiptStep {
  state: LetterState;
  at: Instant;
}

export interface ReceiptPlace {
  serial: string;
  volume: number;
  /** PDF page inside the volume, once the files are made. */
  page: number | undefined;
  number: number;
  of: number;
}

export interface ReceiptLetter {
  target: string;
  state: LetterState;
  since: Instant;
  /** The states it went through, oldest first. */
  steps: readonly ReceiptStep[];
  /** Sender identity that was really used, once it left. */
  identity: 'reply-to' | 'from' | undefined;
  place: ReceiptPlace | undefined;
  handedIn: { at: Instant; outcome: string; place: string } | undefined;
  /** Tries that did not bring it to the office, oldest first. */
  tries: readonly { at: Instant; outcome: Exclude<HandInOutcome, 'accepted' | 'accepted-in-meeting'> }[];
  /** Whether it can still be taken back. */
  withdrawable: boolean;
}

export interface Receipt {
  eventId: string;
  campaign: string;
  language: string;
  receivedAt: Instant;
  erased: boolean;
  /** Nobody confirmed the address, so the data was deleted and the letter not sent. */
  lapsed: boolean;
  /** While the letter is held: until when the signer can confirm the address. */
  confirmBy: Instant | undefined;
  /**
   * Empty for a repeated signature: its page must look like that of any letter that just came in, so that
   * nobody learns from it who signed before.
   */
  letters: readonly ReceiptLetter[];
}

/** The receipt of an event, or undefined. The caller has checked the token. */
export async function readReceipt(
  database: Database,
  eventId: string,
  targetsOf: (campaign: string) => readonly string[],
): Promise<Receipt | undefined> {
  const event = await database.read.findOneBy(eventTable, { id: eventId });
  const signature = event && (await database.read.findOneBy(signatureTable, { id: event.signatureId }));
  if (!event || !signature) return undefined;
  const receipt = { eventId, campaign: signature.campaign, language: signature.language, receivedAt: event.receivedAt };
  if (event.repeat) {
    const letters = asIfFresh(event, targetsOf(signature.campaign));
    return { ...receipt, erased: event.erasedAt !== null, lapsed: false, confirmBy: undefined, letters };
  }
  const erased = signature.erasedAt !== null;
  const held = await database.read.findOneBy(letterTable, { signatureId: signature.id, state: 'held' });
  return {
    ...receipt,
    erased,
    lapsed: erased && signature.personKey === unconfirmedKey(signature.id),
    confirmBy: held?.dueAt,
    letters: await receiptLetters(database, signature.id),
  };
}

/** What the letters of a repeat would be, had it been the first: waiting, or withdrawn when its holder said so. */
function asIfFresh(event: EventRow, targets: readonly string[]): ReceiptLetter[] {
  const { withdrawnAt: at } = event;
  if (at === null) return [];
  const steps: ReceiptStep[] = [
    { state: 'queued', at: event.receivedAt },
    { state: 'withdrawn', at },
  ];
  const nothing = { identity: undefined, place: undefined, handedIn: undefined, tries: [], withdrawable: false };
  return targets.map((target) => ({ target, state: 'withdrawn', since: at, steps, ...nothing }));
}

async function receiptLetters(database: Database, signatureId: string): Promise<ReceiptLetter[]> {
  const letters = await database.read.findBy(letterTable, { signatureId });
  const history = await database.read.find(letterHistoryTable, {
    where: { letterId: In(letters.map((letter) => letter.id)) },
    order: { seq: 'ASC' },
  });
  return Promise.all(
    letters.map(async (letter) => ({
      target: letter.target,
      state: letter.state,
      since: letter.stateSince,
      steps: history.filter((move) => move.letterId === letter.id).map((move) => ({ state: move.to, at: move.at })),
      identity: letter.acceptedAt === null ? undefined : (letter.identity ?? undefined),
      ...(await onPaper(database, letter.id, letter.petitionId)),
      withdrawable: ['held', 'queued', 'for_hand'].includes(letter.state),
    })),
  );
}

async function onPaper(
  database: Database,
  letterId: string,
  petitionId: string | null,
): Promise<Pick<ReceiptLetter, 'place' | 'handedIn' | 'tries'>> {
  const petition = petitionId && (await database.read.findOneBy(petitionTable, { id: petitionId }));
  const place = petitionId && (await database.read.findOneBy(petitionPlaceTable, { petitionId, letterId }));
  // Until it is sealed nobody can say of how many names hers is one.
  if (!petition || !place || petition.state === 'sealing') return { place: undefined, handedIn: undefined, tries: [] };
  const volume = petition.manifest?.volumes.find((each) => each.volume === place.volume);
  const page = volume?.pageRanges.find((range) => range.from <= place.number && place.number <= range.to)?.page;
  const tries = (await readHandIns(database.read, [petition.id])).filter((each) => each.struckAt === null);
  const handIn = tries.findLast((each) => endedLetters(petition.state, each, tries));
  return {
    place: { serial: petition.serial, volume: place.volume, page, number: place.number, of: petition.names },
    handedIn: handIn && { at: handIn.at, outcome: handIn.outcome, place: handIn.place },
    tries: tries
      .filter((each) => each !== handIn)
      .flatMap(({ at, outcome }) => (isReceipt(outcome) ? [] : [{ at, outcome }])),
  };
}
