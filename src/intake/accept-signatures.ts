/** Step: a checked signature is stored once, with its letters, before anybody is told that it was accepted. */
import { createHash } from 'node:crypto';
import { second, type Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { KeyRing } from '../key-ring.ts';
import { reach } from '../points.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { createGroupCommit } from '../storage/group-commit.ts';
import { insertRows } from '../storage/write-rows.ts';
import { personKeys, unconfirmedKey } from './person-key.ts';
import type { Signature, SignedLetter } from './signature.ts';
import {
  erasedContents,
  eventsByKey,
  eventTable,
  signersByKey,
  signatureTable,
  type EventRow,
  type SignatureRow,
} from './signature-table.ts';

export interface Accepted {
  /** Id of the event's answer: the same for the same event, whoever asks. */
  id: string;
  /** True when this very event was answered before. */
  replay: boolean;
}

export interface SignatureIntake {
  /**
   * Stores a signature and its letters. Resolves after the commit.
   * Throws `conflict` when the event id was used for other contents, `unavailable` when too much waits or
   * the database cannot write.
   */
  accept(signature: Signature, eventId: string | undefined): Promise<Accepted>;
  /**
   * The answer an event got before, when its contents were the same: a source that lost our answer gets it again,
   * even after the campaign closed or a consent text changed.
   */
  answered(source: string, eventId: string, contents: string): Promise<Accepted | undefined>;
  drain(): Promise<void>;
}

interface Needs {
  database: Database;
  clock: Clock;
  keys: KeyRing;
  writeLetters(transaction: Transaction, signed: readonly SignedLetter[]): Promise<void>;
  counted(result: 'accepted' | 'repeat' | 'replay'): void;
}

interface Waiting {
  signature: Signature;
  eventKey: string;
  contents: string;
  /** One per key of the ring: an older key still finds whoever signed under it. */
  personKeys: readonly string[];
}

type Answer = Accepted | AppError;

/** More than this many uncommitted signatures means the disk cannot follow: refuse rather than pile up. */
const mostWaiting = 20_000;

/**
 * Nobody waits longer than this for a database that is slow, held up or gone; most front ends hang up soon after. What is
 * refused may still be stored when its transaction was under way: sent again, it is the same event or the same person.
 */
const patience = {
  milliseconds: 10 * second,
  refusal: () =>
    new AppError('unavailable', 'Storing took too long: send this one again in a moment. Sent twice, it counts once.', {
      retryAfter: 5,
    }),
};

/** Groups written side by side where the database has several writers. */
const mostLanes = 4;

export function createSignatureIntake(needs: Needs): SignatureIntake {
  const lanes = Math.min(needs.database.writers, mostLanes);
  const group = createGroupCommit<Waiting, Answer>((items) => commit(needs, items), { lanes, patience });
  return {
    async accept(signature, eventId) {
      if (group.waiting >= mostWaiting) {
        throw new AppError('unavailable', 'Too many signatures wait for the disk: send this one again in a moment.', {
          retryAfter: 5,
        });
      }
      const answer = await group.add({
        signature,
        eventKey: digest(signature.source, eventId ?? newId(needs.clock)),
        contents: signature.contents,
        personKeys: personKeys(needs.keys, signature.campaign.slug, signature.email),
      });
      if (answer instanceof AppError) throw answer;
      reach('intake-committed');
      return answer;
    },
    async answered(source, eventId, contents) {
      const known = await needs.database.read.findOneBy(eventTable, { eventKey: digest(source, eventId) });
      return known && (known.contents === contents || known.contents === erasedContents)
        ? { id: known.id, replay: true }
        : undefined;
    },
    drain: () => group.drain(),
  };
}

async function commit(needs: Needs, items: readonly Waiting[]): Promise<Answer[]> {
  const results: Parameters<Needs['counted']>[0][] = [];
  const answers = await needs.database.write(async (transaction) => {
    results.length = 0;
    const events = await eventsByKey(
      transaction,
      items.map((item) => item.eventKey),
    );
    const signers = await signersByKey(
      transaction,
      items.flatMap((item) => item.personKeys),
    );
    const newEvents: EventRow[] = [];
    const newSignatures: SignatureRow[] = [];
    const letters: SignedLetter[] = [];
    const given = items.map((item): Answer => {
      const known = events.get(item.eventKey);
      if (known) {
        if (known.contents !== item.contents && known.contents !== erasedContents) return reused();
        results.push('replay');
        return { id: known.id, replay: true };
      }
      const { held } = item.signature;
      // Who has not confirmed counts for nobody: a stranger who typed an address keeps nobody from signing.
      const earlier = held ? undefined : item.personKeys.map((key) => signers.get(key)).find((found) => found);
      const id = newId(needs.clock);
      const event: EventRow = {
        id,
        eventKey: item.eventKey,
        contents: item.contents,
        signatureId: earlier ?? id,
        repeat: earlier !== undefined,
        receivedAt: needs.clock.now(),
        withdrawnAt: null,
        erasedAt: null,
      };
      events.set(item.eventKey, event);
      newEvents.push(event);
      results.push(earlier ? 'repeat' : 'accepted');
      if (earlier) return { id, replay: false };
      const row = toRow(needs, item, id);
      signers.set(row.personKey, id);
      newSignatures.push(row);
      letters.push({
        signatureId: id,
        campaign: item.signature.campaign,
        language: row.language,
        email: item.signature.email,
        ownWords: item.signature.message !== undefined,
        door: item.signature.door,
        held,
      });
      return { id, replay: false };
    });
    await insertRows(transaction, signatureTable, newSignatures);
    await insertRows(transaction, eventTable, newEvents);
    await needs.writeLetters(transaction, letters);
    return given;
  });
  for (const result of results) needs.counted(result);
  return answers;
}

function reused(): AppError {
  const problem = 'was already used for an event with other contents: give every event its own id';
  return new AppError('conflict', `The event id ${problem}.`, { fields: [{ field: 'event_id', problem }] });
}

function toRow(needs: Needs, { signature, personKeys: keys }: Waiting, id: string): SignatureRow {
  return {
    id,
    campaign: signature.campaign.slug,
    campaignVersion: signature.campaign.version,
    source: signature.source,
    personKey: signature.held ? unconfirmedKey(id) : (keys[0] ?? id),
    name: signature.name,
    email: signature.email.address,
    phone: signature.phone ?? null,
    message: signature.message ?? null,
    language: signature.language,
    consents: signature.consents,
    signedAt: signature.signedAt,
    acceptedAt: needs.clock.now(),
    erasedAt: null,
  };
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
