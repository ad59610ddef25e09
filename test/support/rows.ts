/** Rows as the road would write them, for tests of storage alone. */
import type { EventRow } from '../../src/intake/signature-table.ts';
import type { Letter } from '../../src/letters/letter.ts';

/** A queued letter, due at 1. */
export function letterRow(id: string, changes: Partial<Letter> = {}): Letter {
  return {
    id,
    signatureId: id,
    campaign: 'c',
    campaignVersion: 'v',
    target: 't',
    language: 'en',
    signerDomain: 'example.org',
    ownWords: false,
    state: 'queued',
    stateSince: 1,
    moves: 1,
    createdAt: 1,
    dueAt: 1,
    attempts: 0,
    doubts: 0,
    fence: 0,
    identity: null,
    mailbox: null,
    firstAttemptAt: null,
    acceptedAt: null,
    petitionId: null,
    ...changes,
  };
}

/** The event of a signature with the same id. */
export function intakeRow(id: string, eventKey: string): EventRow {
  return {
    id,
    eventKey,
    contents: 'c',
    signatureId: id,
    repeat: false,
    receivedAt: 1,
    withdrawnAt: null,
    erasedAt: null,
  };
}
