/** All that is on record about one letter, without its signer: its moves, its conversations, what came back, our mails. */
import { In } from 'typeorm';
import { signatureTable, type SignatureRow } from '../intake/signature-table.ts';
import { letterHistoryTable, letterTable } from '../letters/letter-table.ts';
import type { Letter, LetterMove } from '../letters/letter.ts';
import { noticeTable, type Notice } from '../notices/notice-table.ts';
import { attemptTable, type Attempt } from '../outbox/attempt-table.ts';
import { answerTable, type Answer } from '../outcomes/answer-table.ts';
import { outcomeTable, type OutcomeRow } from '../outcomes/outcome-table.ts';
import { returnedMailTable, type ReturnedMail } from '../outcomes/returned-mail-table.ts';
import { petitionTable } from '../petitions/petition-table.ts';
import { staffEventTable, type StaffEvent } from '../staff/staff-event-table.ts';
import type { Database } from '../storage/database.ts';

export type HeardMail = Pick<ReturnedMail, 'id' | 'receivedAt' | 'source' | 'readAt' | 'kind'>;

export interface LetterFile {
  letter: Letter;
  /** Oldest first; so are the other lists. */
  history: readonly LetterMove[];
  attempts: readonly Attempt[];
  outcomes: readonly OutcomeRow[];
  heard: readonly HeardMail[];
  /** How answers of people went on to the signer. */
  answers: readonly Answer[];
  notices: readonly Notice[];
  /** By id: the petitions and the actions of staff that moved it. */
  petitions: ReadonlyMap<string, string>;
  actions: ReadonlyMap<string, StaffEvent>;
  /** The other letters of the same signature, one for each other target. */
  siblings: readonly Letter[];
}

/** Rows of each list, at most: no letter of an orderly road has so many. */
const most = 200;

/** Everything about a letter that exists. Each list is found by an index. */
export async function readLetterFile({ read }: Database, letter: Letter): Promise<LetterFile> {
  const ofLetter = { letterId: letter.id };
  const history = await read.find(letterHistoryTable, { where: ofLetter, order: { seq: 'ASC' }, take: most });
  const attempts = await read.find(attemptTable, { where: ofLetter, order: { number: 'ASC' }, take: most });
  const outcomes = await read.find(outcomeTable, { where: ofLetter, take: most });
  const heard = await read.find(returnedMailTable, {
    select: { id: true, receivedAt: true, source: true, readAt: true, kind: true },
    where: ofLetter,
    take: most,
  });
  const answers = await read.find(answerTable, { where: ofLetter, take: most });
  const notices = await read.find(noticeTable, { where: { signatureId: letter.signatureId }, take: most });
  const letters = await read.find(letterTable, {
    where: { signatureId: letter.signatureId },
    order: { target: 'ASC' },
  });
  const causes = [...new Set(history.flatMap(({ cause }) => cause ?? []))];
  const petitions = await read.find(petitionTable, { select: { id: true, serial: true }, where: { id: In(causes) } });
  const actions = await read.findBy(staffEventTable, { id: In(causes) });
  return {
    letter,
    history,
    attempts,
    outcomes: outcomes.toSorted((a, b) => a.at - b.at),
    heard: heard.toSorted((a, b) => a.receivedAt - b.receivedAt),
    answers,
    notices: notices.toSorted((a, b) => a.createdAt - b.createdAt),
    petitions: new Map(petitions.map(({ id, serial }) => [id, serial])),
    actions: new Map(actions.map((action) => [action.id, action])),
    siblings: letters.filter(({ id }) => id !== letter.id),
  };
}

/** Who signed; asked for only by whoever may know, and written down. Null fields are erased. */
export async function readSigner(
  { read }: Database,
  { signatureId }: Pick<Letter, 'signatureId'>,
): Promise<SignatureRow | undefined> {
  return (await read.findOneBy(signatureTable, { id: signatureId })) ?? undefined;
}
