/** Step: a signer confirms the address by the link in our mail, and the letters that were held may leave. */
import type { Clock, Instant } from '../clock.ts';
import { storedAddress } from '../intake/email-address.ts';
import { personKeys } from '../intake/person-key.ts';
import { signatureTable, signersByKey } from '../intake/signature-table.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import { letThanksGo } from '../notices/ask-again.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { blankUnconfirmed } from './blank-unconfirmed.ts';

/** `over`: the time to confirm has ended, or the signer was erased. `withdrawn`: taken back before. */
export type ConfirmState = 'open' | 'confirmed' | 'over' | 'withdrawn';

/** What somebody sees who followed the link. */
export interface Confirmation {
  signatureId: string;
  campaign: string;
  language: string;
  state: ConfirmState;
  /** As typed by whoever signed: the holder of the address may never have seen it. */
  name: string;
  message: string;
}

interface Needs {
  database: Database;
  clock: Clock;
  keys: KeyRing;
}

/** Where a signature stands, or undefined for an unknown one. Changes nothing: a scanner may have followed the link. */
export async function readConfirmation(needs: Needs, signatureId: string): Promise<Confirmation | undefined> {
  const signature = await needs.database.read.findOneBy(signatureTable, { id: signatureId });
  if (!signature) return undefined;
  const { campaign, language, name, message } = signature;
  const letters = await needs.database.read.findBy(letterTable, { signatureId });
  const state = stateOf(letters, signature.erasedAt !== null, needs.clock.now());
  return { signatureId, campaign, language, state, name: name ?? '', message: message ?? '' };
}

/**
 * Confirms, once; a second time changes nothing. `signed-before`: the same person has signed this campaign already, so
 * that letter counts and this one is closed.
 */
export async function confirmAddress(
  { database, clock, keys }: Needs,
  signatureId: string,
): Promise<ConfirmState | 'signed-before'> {
  const now = clock.now();
  return database.write(async (transaction) => {
    const letters = await transaction.find(letterTable, { where: { signatureId }, ...locked(transaction) });
    const signature = await transaction.findOne(signatureTable, {
      where: { id: signatureId },
      ...locked(transaction),
    });
    const state = stateOf(letters, (signature?.email ?? null) === null, now);
    if (!signature?.email || state !== 'open') return state;
    const persons = personKeys(keys, signature.campaign, storedAddress(signature.email));
    // Two of one person confirmed at the same moment: the key is unique, and who comes second is done again.
    const others = await signersByKey(transaction, persons);
    if (others.size > 0) {
      await blankUnconfirmed(transaction, [signatureId], 'the same person had signed before', now);
      return 'signed-before';
    }
    const [personKey = ''] = persons;
    await transaction.update(signatureTable, { id: signatureId }, { personKey });
    const reason = 'the signer confirmed the address';
    const held = letters.filter((letter) => letter.state === 'held');
    await moveLetters(
      transaction,
      held.map(({ id }) => ({ id, from: 'held', to: 'queued', reason, patch: { dueAt: now } })),
      now,
    );
    await letThanksGo(transaction, signatureId, now);
    return 'confirmed';
  });
}

function stateOf(letters: readonly Pick<Letter, 'state' | 'dueAt'>[], isErased: boolean, now: Instant): ConfirmState {
  const held = letters.filter((letter) => letter.state === 'held');
  if (held.length > 0) return held.every(({ dueAt }) => dueAt > now) ? 'open' : 'over';
  if (letters.some((letter) => letter.state !== 'withdrawn')) return 'confirmed';
  return isErased ? 'over' : 'withdrawn';
}
