/** Step: released letters are claimed in one go, then each is written, signed and handed to the relay. */
import { In } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import { day, type Clock, type Instant } from '../clock.ts';
import { asError } from '../errors.ts';
import { signatureTable, type SignatureRow } from '../intake/signature-table.ts';
import type { CompiledLetter } from '../letters/merge-letter.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import { mergeLetter } from '../letters/merge-letter.ts';
import type { Log } from '../log.ts';
import { reach } from '../points.ts';
import type { Database } from '../storage/database.ts';
import { readRows } from '../storage/read-rows.ts';
import { insertRows } from '../storage/write-rows.ts';
import { attemptTable, type Attempt } from './attempt-table.ts';
import { beginAttempt } from './begin-attempt.ts';
import { chooseMailbox } from './choose-mailbox.ts';
import { mayLeave, readGates, watchGates, type GateWatch } from './gate.ts';
import { composeMessage } from './message.ts';
import type { OutgoingMail, StageSeconds } from './relay-connection.ts';
import type { RelayPool } from './relay-pool.ts';
import { isPutOff } from './reminder.ts';
import type { AttemptResult } from './verdict.ts';

/** Of a lease, the first part is for getting a connection, the next for the conversation, the rest for our record. */
const shareForDialling = 0.2;
const shareForTalking = 0.75;

/** A greylist knows a sender by the return path, which names a day: the tries of some days share one (14 are read). */
const samePathFor = 5 * day;

/** A letter whose intent is on disk: from here on it may have been sent. */
export interface Claimed {
  letter: Letter;
  attempt: Attempt;
}

export interface SendLettersNeeds {
  database: Database;
  clock: Clock;
  log: Log;
  book: CampaignBook;
  pool: RelayPool;
  /** Milliseconds a claim holds. */
  lease: number;
  letterText(letter: Letter): Promise<CompiledLetter>;
  /** Mailboxes of each target that letters of several signers found dead. */
  deadMailboxes(targets: Iterable<string>): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  identityOf(campaign: string, signerAddress: string): Promise<'reply-to' | 'from'>;
  /** Whose key signs: of the domain that stands in From, so that DMARC finds it aligned (RFC 9989). */
  signingDomain(identity: 'reply-to' | 'from', signerDomain: string, sender: string): string;
  /** Signs with the key of that domain; without one the message goes as it is and is counted. */
  sign(domain: string, message: Buffer): Promise<Buffer>;
  returnPath(letterId: string, at: Instant): string;
  record(claimed: Claimed, result: AttemptResult): Promise<void>;
  /** A claimed letter that was never dialled is due again. */
  putBack(claimed: Claimed): Promise<void>;
  timed(seconds: StageSeconds): void;
}

interface Ready {
  letter: Letter;
  attempt: Attempt;
  mail: OutgoingMail;
}

/** Sends those of the letters that are still queued; the others have gone elsewhere meanwhile. */
export async function sendLetters(
  needs: SendLettersNeeds,
  { letterIds, due }: { letterIds: readonly string[]; due?: Instant },
): Promise<void> {
  const { read } = needs.database;
  const gates = await readGates(read);
  // What was let go before a pause or a breaker waits on: it is due again by itself.
  const letters = (await readRows(read, letterTable, letterIds)).filter(
    (letter) => letter.state === 'queued' && mayLeave(gates, letter) && !isPutOff(letter, due, needs.clock.now()),
  );
  if (letters.length === 0) return;
  const signatures = await readRows(
    read,
    signatureTable,
    letters.map((letter) => letter.signatureId),
  );
  // One time for all of them: what is alike is written in one statement.
  const now = needs.clock.now();
  const signers = new Map(signatures.map((signature) => [signature.id, signature]));
  const copies = await firstCopies(needs.database, letters);
  const dead = await needs.deadMailboxes(letters.map((letter) => letter.target));
  const mailboxOf = (letter: Letter): string | undefined =>
    chooseMailbox(letter, needs.book.target(letter.target)?.mailboxes ?? [], dead.get(letter.target) ?? new Set());
  const write = async (letter: Letter): Promise<Ready | undefined> => {
    try {
      const signer = signers.get(letter.signatureId);
      const ready = await writeMessage(needs, letter, { signer, mailbox: mailboxOf(letter) }, now);
      const first = copies.get(letter.id);
      // A copy in doubt must have the very same bytes, or two letters of one person could arrive.
      if (first === undefined || first === ready.attempt.messageDigest) return ready;
      await giveUpOnMail(needs, letter);
    } catch (thrown) {
      // One letter that cannot be written must not hold up the others; it stays queued and is seen by its age.
      needs.log.error({ letter: letter.id, reason: asError(thrown).message }, 'a letter could not be written');
    }
    return undefined;
  };
  // Side by side: while one is signed on another thread, the next is written.
  const written = await Promise.all(letters.map(write));
  reach('before-intent');
  const claimed = await claim(
    needs,
    written.filter((ready) => ready !== undefined),
  );
  reach('after-intent');
  const watch = watchGates(read, gates);
  await Promise.all(claimed.map((ready) => deliver(needs, watch, ready))).finally(watch.stop);
}

/** What was said the first time, of those letters that may already have arrived. */
async function firstCopies(database: Database, letters: readonly Letter[]): Promise<Map<string, string>> {
  const doubted = letters.filter((letter) => letter.doubts > 0).map((letter) => letter.id);
  if (doubted.length === 0) return new Map();
  const attempts = await database.read.find(attemptTable, {
    where: { letterId: In(doubted) },
    order: { number: 'ASC' },
  });
  return new Map(
    attempts
      .filter(({ verdict }) => verdict === null || verdict === 'in_doubt')
      .map((attempt) => [attempt.letterId, attempt.messageDigest]),
  );
}

async function giveUpOnMail({ database, clock }: SendLettersNeeds, { id, fence }: Letter): Promise<void> {
  const reason = 'in doubt, and no longer the same bytes';
  await database.write((transaction) =>
    moveLetters(transaction, [{ id, fence, from: 'queued', to: 'for_hand', reason }], clock.now()),
  );
}

async function writeMessage(
  needs: SendLettersNeeds,
  letter: Letter,
  { signer, mailbox }: { signer: SignatureRow | undefined; mailbox: string | undefined },
  now: Instant,
): Promise<Ready> {
  if (!mailbox) throw new Error('its target is not installed');
  if (!signer?.email || !signer.name) throw new Error('its signer was erased');
  const date = letter.firstAttemptAt ?? now;
  const identity = letter.identity ?? (await needs.identityOf(letter.campaign, signer.email));
  const text = await needs.letterText(letter);
  const merged = mergeLetter(text, { name: signer.name, message: signer.message ?? undefined });
  const message = composeMessage({
    letterId: letter.id,
    identity,
    signer: { name: signer.name, address: signer.email },
    organisation: text.organisation,
    senderAddress: text.sender,
    to: { name: text.addressee, address: mailbox },
    language: letter.language,
    ...merged,
    date,
  });
  const attempt = beginAttempt(needs.clock, { ...letter, mailbox }, identity, message);
  const mail = {
    from: needs.returnPath(letter.id, now - date < samePathFor ? date : now),
    to: mailbox,
    envelopeId: letter.id,
    bytes: await needs.sign(needs.signingDomain(identity, letter.signerDomain, text.sender), message),
  };
  const after: Letter = {
    ...letter,
    state: 'sending',
    attempts: attempt.number,
    fence: attempt.fence,
    identity,
    mailbox,
    firstAttemptAt: date,
  };
  return { letter: after, attempt, mail };
}

/** Commits the intent: who dials until when, and a digest of what will be said. */
async function claim(needs: SendLettersNeeds, written: readonly Ready[]): Promise<Ready[]> {
  if (written.length === 0) return [];
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const moved = await moveLetters(
      transaction,
      written.map(({ letter, attempt }) => ({
        id: letter.id,
        from: 'queued',
        to: 'sending',
        reason: 'claimed for sending',
        cause: attempt.id,
        fence: attempt.fence - 1,
        patch: {
          attempts: letter.attempts,
          fence: letter.fence,
          identity: letter.identity,
          mailbox: letter.mailbox,
          firstAttemptAt: letter.firstAttemptAt,
          dueAt: now + needs.lease,
        },
      })),
      now,
    );
    const claimed = written.filter(({ letter }) => moved.has(letter.id));
    await insertRows(
      transaction,
      attemptTable,
      claimed.map(({ attempt }) => attempt),
    );
    return claimed;
  });
}

/**
 * Dials while enough of the lease is left for the longest conversation, and nothing holds letters; else the letter
 * goes back unsent.
 */
async function deliver(needs: SendLettersNeeds, watch: GateWatch, { letter, attempt, mail }: Ready): Promise<void> {
  const latestStart = attempt.startedAt + needs.lease * shareForDialling;
  const conversation = await needs.pool.send(mail, {
    mayStart: () => needs.clock.now() <= latestStart && watch.mayLeave(letter),
    within: needs.lease * shareForTalking,
  });
  if (conversation === 'not-started') return needs.putBack({ letter, attempt });
  needs.timed(conversation.seconds);
  await needs.record({ letter, attempt }, conversation.result);
}
