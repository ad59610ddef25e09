/** Whether a notice is still to be sent: to whom, or why not. */
import type { Instant } from '../clock.ts';
import { storedAddress } from '../intake/email-address.ts';
import { addressKeys } from '../intake/person-key.ts';
import { signatureTable, type SignatureRow } from '../intake/signature-table.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Transaction } from '../storage/database.ts';
import { readRows, readRowsBy } from '../storage/read-rows.ts';
import type { Notice } from './notice-table.ts';
import { stoppedAmong } from './stop-notices.ts';

type Standing = { address: string } | { end: 'erased' | 'not-needed' | 'stopped' };

/** By id of the notice. Two statements more than one for each, however many there are. */
export async function whyNot(
  { keys }: { keys: KeyRing },
  transaction: Transaction,
  notices: readonly Notice[],
  now: Instant,
): Promise<ReadonlyMap<string, Standing>> {
  if (notices.length === 0) return new Map();
  const ids = notices.map(({ signatureId }) => signatureId);
  const signatures = new Map((await readRows(transaction, signatureTable, ids)).map((row) => [row.id, row]));
  const letters = Map.groupBy(await readRowsBy(transaction, letterTable, 'signatureId', ids), (row) => row.signatureId);
  const mailboxes = new Map([...signatures.values()].map((row) => [row.id, mailboxesOf(keys, row)]));
  const stopped = await stoppedAmong(transaction, [...ids, ...[...mailboxes.values()].flat()], now);
  return new Map(
    notices.map((notice): [string, Standing] => {
      const { signatureId, kind } = notice;
      const address = signatures.get(signatureId)?.email ?? null;
      if (address === null) return [notice.id, { end: 'erased' }];
      if (!isNeeded(notice, letters.get(signatureId) ?? [], now)) return [notice.id, { end: 'not-needed' }];
      const isStopped =
        (kind === 'handed-over' && stopped.has(signatureId)) ||
        mailboxes.get(signatureId)?.some((mailbox) => stopped.has(mailbox)) === true;
      return [notice.id, isStopped ? { end: 'stopped' } : { address }];
    }),
  );
}

function mailboxesOf(keys: KeyRing, { email }: SignatureRow): string[] {
  return email === null ? [] : addressKeys(keys, storedAddress(email));
}

/** Nobody is asked to confirm twice, or too late, nor thanked for what was taken back. */
function isNeeded({ kind }: Notice, letters: readonly Letter[], now: Instant): boolean {
  if (kind === 'confirm') return letters.some(({ state, dueAt }) => state === 'held' && dueAt > now);
  if (kind === 'thanks') return letters.some(({ state }) => state !== 'held' && state !== 'withdrawn');
  return true;
}
