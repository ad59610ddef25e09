/** All that is held about one signature, for the signer who asks (GDPR Art. 15 and 20). */
import { In } from 'typeorm';
import type { Instant } from '../clock.ts';
import { eventTable, signatureTable, type SignatureRow } from '../intake/signature-table.ts';
import { letterTable } from '../letters/letter-table.ts';
import { attemptTable, type Attempt } from '../outbox/attempt-table.ts';
import type { OutcomeClass } from '../outcomes/outcome.ts';
import { outcomeTable } from '../outcomes/outcome-table.ts';
import type { Database } from '../storage/database.ts';

export interface OwnData {
  signature: SignatureRow;
  /** By target: the mail servers spoken to, and what was heard. Not their words, which may name people of the target. */
  carried: ReadonlyMap<string, Carried>;
}

interface Carried {
  attempts: readonly Pick<Attempt, 'startedAt' | 'endedAt' | 'identity' | 'verdict'>[];
  heard: readonly { at: Instant; class: OutcomeClass }[];
}

/**
 * The data behind a receipt, or undefined for an unknown one. Nothing for a repeated signature either: its receipt may
 * be in the hands of somebody who typed another person's address. The caller has checked the token.
 */
export async function readOwnData(database: Database, eventId: string): Promise<OwnData | undefined> {
  const event = await database.read.findOneBy(eventTable, { id: eventId, repeat: false });
  const signature = event && (await database.read.findOneBy(signatureTable, { id: event.signatureId }));
  if (!signature) return undefined;
  const letters = await database.read.findBy(letterTable, { signatureId: signature.id });
  const ofLetters = { letterId: In(letters.map((letter) => letter.id)) };
  const attempts = await database.read.findBy(attemptTable, ofLetters);
  const outcomes = await database.read.findBy(outcomeTable, ofLetters);
  return {
    signature,
    carried: new Map(
      letters.map(({ id, target }) => [
        target,
        {
          attempts: attempts
            .filter((attempt) => attempt.letterId === id)
            .toSorted((a, b) => a.number - b.number)
            .map(({ startedAt, endedAt, identity, verdict }) => ({ startedAt, endedAt, identity, verdict })),
          heard: outcomes
            .filter((outcome) => outcome.letterId === id)
            .toSorted((a, b) => a.at - b.at)
            .map(({ at, class: what }) => ({ at, class: what })),
        },
      ]),
    ),
  };
}
