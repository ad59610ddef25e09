/** Step on a timer: the signers on a petition that was handed over are told, if they asked for news; in batches. */
import { MoreThanOrEqual } from 'typeorm';
import type { Clock } from '../clock.ts';
import { storedAddress } from '../intake/email-address.ts';
import { addressKeys } from '../intake/person-key.ts';
import { signatureTable, type SignatureRow } from '../intake/signature-table.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable } from '../letters/letter-table.ts';
import { petitionPlaceTable, petitionTable } from '../petitions/petition-table.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { readRows } from '../storage/read-rows.ts';
import { insertRows } from '../storage/write-rows.ts';
import { newNotice } from './note-signed.ts';
import { noticeRoundTable, noticeTable, type Notice } from './notice-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
  keys: KeyRing;
}

/** Names looked at in one transaction. */
const bulk = 1_000;
/** Batches of one visit: the other timers have their turn, and the next visit goes on. */
const mostBatches = 20;

/** Goes on with every petition that was handed in and whose signers were not all looked at. */
export async function noteHandedOver(needs: Needs): Promise<void> {
  const open = await needs.database.read
    .createQueryBuilder(petitionTable, 'petition')
    .leftJoin('notice_round', 'round', 'round.petition_id = petition.id')
    .select('petition.id', 'id')
    .where('petition.state = :state and round.ended_at is null', { state: 'handed_in' })
    .limit(10)
    .getRawMany<{ id: string }>();
  for (const { id } of open) {
    let goesOn = true;
    for (let batch = 0; goesOn && batch < mostBatches; batch += 1)
      goesOn = await needs.database.write((transaction) => noteSome(needs, transaction, id));
  }
}

/** One batch, with the mark of how far it is; false when it was the last. */
async function noteSome(needs: Needs, transaction: Transaction, petitionId: string): Promise<boolean> {
  const now = needs.clock.now();
  const known = await transaction.findOne(noticeRoundTable, { where: { petitionId }, ...locked(transaction) });
  if (known && known.endedAt !== null) return false;
  const next = known?.next ?? 1;
  const places = await transaction.find(petitionPlaceTable, {
    where: { petitionId, number: MoreThanOrEqual(next) },
    order: { number: 'ASC' },
    take: bulk,
  });
  const letters = await readRows(
    transaction,
    letterTable,
    places.map(({ letterId }) => letterId),
  );
  const signatures = await readRows(
    transaction,
    signatureTable,
    letters.filter(({ state }) => state === 'handed_in').map(({ signatureId }) => signatureId),
  );
  const notices = signatures.flatMap((signature) => noticeFor(needs, signature, petitionId, now));
  await insertRows(transaction, noticeTable, notices);
  const isLast = places.length < bulk;
  const round = { petitionId, next: (places.at(-1)?.number ?? next - 1) + 1, endedAt: isLast ? now : null };
  if (known) await transaction.update(noticeRoundTable, { petitionId }, round);
  else await insertRows(transaction, noticeRoundTable, [round]);
  return !isLast;
}

/** The notice of one signer, or none: without the consent, and after an erasure, nobody is written to. */
function noticeFor({ clock, keys }: Needs, signature: SignatureRow, petitionId: string, now: number): Notice[] {
  if (signature.email === null || !signature.consents.some(({ id }) => id === 'news')) return [];
  const [addressKey = ''] = addressKeys(keys, storedAddress(signature.email));
  const of = { ...signature, signatureId: signature.id, addressKey };
  return [newNotice(clock, of, 'handed-over', { now, about: petitionId })];
}
