/** Letters and their history. `moveLetters` is the only writer of a letter's state. */
import { EntitySchema } from 'typeorm';
import { AppError } from '../errors.ts';
import { count, flag, id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { holdRows } from '../storage/read-rows.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { insertRows, updateRows } from '../storage/write-rows.ts';
import type { Letter, LetterMove } from './letter.ts';
import { mayBecome, type LetterState } from './letter-states.ts';

export const letterTable = new EntitySchema<Letter>({
  name: 'letter',
  columns: {
    id: primary(id),
    signatureId: id,
    campaign: word(80),
    campaignVersion: word(16),
    target: word(80),
    language: word(20),
    signerDomain: word(255),
    ownWords: flag,
    state: word(12),
    stateSince: instant,
    moves: count,
    createdAt: instant,
    dueAt: instant,
    attempts: count,
    doubts: count,
    fence: count,
    identity: optional(word(8)),
    mailbox: optional(word(254)),
    firstAttemptAt: optional(instant),
    acceptedAt: optional(instant),
    petitionId: optional(id),
  },
});

export const letterHistoryTable = new EntitySchema<LetterMove>({
  name: 'letter_history',
  columns: {
    letterId: primary(id),
    seq: primary(count),
    from: { ...optional(word(12)), name: 'from_state' },
    to: { ...word(12), name: 'to_state' },
    at: instant,
    reason: word(120),
    cause: optional(word(32)),
  },
});

/** What may change together with a state. */
export type LetterPatch = Partial<
  Pick<
    Letter,
    'dueAt' | 'attempts' | 'doubts' | 'fence' | 'identity' | 'mailbox' | 'firstAttemptAt' | 'acceptedAt' | 'petitionId'
  >
>;

export interface Move {
  id: string;
  from: LetterState;
  to: LetterState;
  reason: string;
  cause?: string | null;
  patch?: LetterPatch;
  /** Only move while this fence is still the newest: the proof that our lease is. */
  fence?: number;
}

/** Writes new letters with the first row of their history. */
export async function insertLetters(
  transaction: Transaction,
  letters: readonly Letter[],
  reason: string,
): Promise<void> {
  const births = letters.map((letter): LetterMove => ({
    letterId: letter.id,
    seq: 1,
    from: null,
    to: letter.state,
    at: letter.createdAt,
    reason,
    cause: null,
  }));
  await insertRows(transaction, letterTable, letters);
  await insertRows(transaction, letterHistoryTable, births);
}

/**
 * Moves letters and writes their history, by compare-and-set on the state (and fence) each comes from.
 * Takes any number of moves, at most one per letter; gives the ids that really moved: the others had
 * already gone elsewhere and stay untouched. Throws `internal` for a move outside the state table.
 */
export async function moveLetters(transaction: Transaction, wanted: readonly Move[], at: number): Promise<Set<string>> {
  for (const move of wanted) {
    if (!mayBecome(move.from, move.to))
      throw new AppError('internal', `no letter may go from ${move.from} to ${move.to}`);
  }
  const done = new Set<string>();
  for (const piece of piecesOf(wanted)) {
    const now = await readForMove(
      transaction,
      piece.map((move) => move.id),
    );
    const possible = piece.filter((move) => {
      const letter = now.get(move.id);
      return letter?.state === move.from && (move.fence === undefined || letter.fence === move.fence);
    });
    for (const [, alike] of Map.groupBy(possible, (move) => JSON.stringify([move.to, move.patch]))) {
      const [first] = alike;
      if (!first) continue;
      const ids = alike.map((move) => move.id);
      const set = { ...first.patch, state: first.to, stateSince: at };
      await updateRows(transaction, letterTable, ids, { set, plus: ['moves'] });
    }
    const history = possible.map((move): LetterMove => {
      done.add(move.id);
      const seq = (now.get(move.id)?.moves ?? 0) + 1;
      return {
        letterId: move.id,
        seq,
        from: move.from,
        to: move.to,
        at,
        reason: move.reason,
        cause: move.cause ?? null,
      };
    });
    await insertRows(transaction, letterHistoryTable, history);
  }
  return done;
}

type Standing = Pick<Letter, 'id' | 'state' | 'fence' | 'moves'>;

async function readForMove(transaction: Transaction, ids: readonly string[]): Promise<Map<string, Standing>> {
  const rows = await holdRows(transaction, letterTable, ids, ['id', 'state', 'fence', 'moves']);
  return new Map(rows.map((row) => [row.id, row]));
}
