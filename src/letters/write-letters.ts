/** Step: each accepted signature becomes one letter per target, in the transaction that stores the signature. */
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { SignedLetter } from '../intake/signature.ts';
import type { Transaction } from '../storage/database.ts';
import { insertLetters } from './letter-table.ts';
import type { Letter } from './letter.ts';

/**
 * Writes the letters, due at once: the pump decides by the target's pace when they leave. Those that wait for the
 * signer's confirmation are held, for `confirmWithin` milliseconds.
 */
export async function writeLetters(
  needs: { clock: Clock; confirmWithin: number },
  transaction: Transaction,
  signed: readonly SignedLetter[],
): Promise<void> {
  const now = needs.clock.now();
  const letters = signed.flatMap(({ signatureId, campaign, language, email, ownWords, held }) =>
    campaign.targets.map((target): Letter => ({
      id: newId(needs.clock),
      signatureId,
      campaign: campaign.slug,
      campaignVersion: campaign.version,
      target: target.id,
      language,
      signerDomain: email.domain,
      ownWords,
      state: held ? 'held' : 'queued',
      stateSince: now,
      moves: 1,
      createdAt: now,
      dueAt: held ? now + needs.confirmWithin : now,
      attempts: 0,
      doubts: 0,
      fence: 0,
      identity: null,
      mailbox: null,
      firstAttemptAt: null,
      acceptedAt: null,
      petitionId: null,
    })),
  );
  await insertLetters(transaction, letters, 'signed');
}
