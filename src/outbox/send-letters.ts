/** Step: released letters are claimed in one go, then each is written, signed and handed to the relay. */
import { createHash } from 'node:crypto';
import { In } from 'typeorm';
import { inLanguage, type CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock, Instant } from '../clock.ts';
import { asError } from '../errors.ts';
import { newId } from '../ids.ts';
import { signatureTable, type SignatureRow } from '../intake/signature-table.ts';
import type { CompiledLetter } from '../letters/merge-letter.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import { mergeLetter } from '../letters/merge-letter.ts';
import type { Log } from '../log.ts';
import { reach } from '../points.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/rows.ts';
import { attemptTable, type Attempt } from './attempt-table.ts';
import { composeMessage } from './message.ts';
import type { OutgoingMail, StageSeconds } from './relay-connection.ts';
import type { RelayPool } from './relay-pool.ts';
import type { AttemptResult } from './verdict.ts';

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
  identityOf(campaign: string, signerAddress: string): Promise<'reply-to' | 'from'>;
  /** Signs with the key of the sender's domain; without one the message goes as it is and is counted. */
  sign(domain: string, message: Buffer): Promise<Buffer>;
  returnPath(letterId: string, at: Instant): string;
  record(claimed: Claimed, result: AttemptResult): Promise<void>;
  timed(seconds: StageSeconds): void;
}

interface Ready {
  letter: Letter;
  attempt: Attempt;
  mail: OutgoingMail;
}

/** Sends those of the letters that are still queued; the others have gone elsewhere meanwhile. */
export async function sendLetters(needs: SendLettersNeeds, letterIds: readonly string[]): Promise<void> {
  const letters = await needs.database.read.findBy(letterTable, { id: In([...letterIds]), state: 'queued' });
  const signatures = await needs.database.read.findBy(signatureTable, {
    id: In(letters.map((letter) => letter.signatureId)),
  });
  const signers = new Map(signatures.map((signature) => [signature.id, signature]));
  const written: Ready[] = [];
  for (const letter of letters) {
    try {
      written.push(await writeMessage(needs, letter, signers.get(letter.signatureId)));
    } catch (thrown) {
      // One letter that cannot be written must not hold up the others; it stays queued and is seen by its age.
      needs.log.error({ letter: letter.id, reason: asError(thrown).message }, 'a letter could not be written');
    }
  }
  reach('before-intent');
  const claimed = await claim(needs, written);
  reach('after-intent');
  await Promise.all(claimed.map((ready) => deliver(needs, ready)));
}

async function writeMessage(needs: SendLettersNeeds, letter: Letter, signer: SignatureRow | undefined): Promise<Ready> {
  const campaign = needs.book.find(letter.campaign);
  const target = needs.book.target(letter.target);
  const [mailbox] = target?.mailboxes ?? [];
  if (!campaign || !target || !mailbox) throw new Error('its campaign or target is not installed');
  if (!signer?.email || !signer.name) throw new Error('its signer was erased');
  const date = letter.firstAttemptAt ?? needs.clock.now();
  const identity = letter.identity ?? (await needs.identityOf(campaign.slug, signer.email));
  const merged = mergeLetter(await needs.letterText(letter), {
    name: signer.name,
    message: signer.message ?? undefined,
  });
  const message = composeMessage({
    letterId: letter.id,
    identity,
    signer: { name: signer.name, address: signer.email },
    organisation: inLanguage(campaign.organisation.name, letter.language),
    senderAddress: campaign.sender.address,
    to: { name: inLanguage(target.name, letter.language), address: mailbox },
    language: letter.language,
    ...merged,
    date,
  });
  const senderDomain = campaign.sender.address.split('@')[1] ?? '';
  const attempt: Attempt = {
    id: newId(needs.clock),
    letterId: letter.id,
    target: letter.target,
    number: letter.attempts + 1,
    fence: letter.fence + 1,
    startedAt: needs.clock.now(),
    endedAt: null,
    identity,
    messageDigest: createHash('sha256').update(message).digest('base64url'),
    verdict: null,
    stage: null,
    code: null,
    enhanced: null,
    reply: null,
  };
  const after: Letter = {
    ...letter,
    state: 'sending',
    attempts: attempt.number,
    fence: attempt.fence,
    identity,
    firstAttemptAt: date,
  };
  const mail = {
    from: needs.returnPath(letter.id, needs.clock.now()),
    to: mailbox,
    envelopeId: letter.id,
    bytes: await needs.sign(senderDomain, message),
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

async function deliver(needs: SendLettersNeeds, { letter, attempt, mail }: Ready): Promise<void> {
  const { result, seconds } = await needs.pool.send(mail);
  needs.timed(seconds);
  await needs.record({ letter, attempt }, result);
}
