/** Step: names that wait are sealed into a petition, all in one transaction; its files are made afterwards. */
import { In, Not } from 'typeorm';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { signatureTable } from '../intake/signature-table.ts';
import { localDate } from '../intake/signature.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import { reach } from '../points.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { insertRows } from '../storage/write-rows.ts';
import { namesPerVolume } from './make-volumes.ts';
import { namesDigest } from './names-digest.ts';
import { petitionPlaceTable, petitionTable, type Petition, type PetitionPlace } from './petition-table.ts';
import { withheldAmong } from './withheld-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
  queue: Pick<Queue, 'ask'>;
}

/** The signer domain of a letter whose signer was erased: that name comes onto no paper. */
const erased = '';

/**
 * Seals every name that waits for one target of one campaign and is not withheld. Either all of it is on disk or nothing.
 * Throws `not-found` for a target the campaign does not have, `conflict` when no such name waits.
 */
export async function sealPetition(
  needs: Needs,
  wanted: { campaign: Campaign; target: string; by: string },
): Promise<Petition> {
  const { campaign } = wanted;
  if (!campaign.targets.some((target) => target.id === wanted.target))
    throw new AppError('not-found', 'This campaign has no such target.');
  reach('before-seal');
  const petition = await needs.database.write((transaction) => seal(needs, transaction, wanted));
  reach('sealed');
  await needs.queue.ask('make-petition-files', { petitionId: petition.id });
  return petition;
}

async function seal(
  needs: Needs,
  transaction: Transaction,
  { campaign, target, by }: { campaign: Campaign; target: string; by: string },
): Promise<Petition> {
  const now = needs.clock.now();
  const waiting = await transaction.find(letterTable, {
    select: { id: true, signatureId: true },
    where: { campaign: campaign.slug, target, state: 'for_hand', signerDomain: Not(erased) },
    order: { createdAt: 'ASC', id: 'ASC' },
    ...locked(transaction),
  });
  if (waiting.length === 0) throw new AppError('conflict', 'No name waits for a petition to this target.');
  const withheld = await withheldAmong(
    transaction,
    waiting.map((letter) => letter.id),
  );
  const letters = waiting.filter((letter) => !withheld.has(letter.id));
  if (letters.length === 0) throw new AppError('conflict', 'Every name that waits for this target is withheld.');
  const id = newId(needs.clock);
  const places = letters.map((letter, index): PetitionPlace => ({
    petitionId: id,
    number: index + 1,
    letterId: letter.id,
    volume: Math.floor(index / namesPerVolume) + 1,
  }));
  const names = await namesOf(
    transaction,
    letters.map((letter) => letter.signatureId),
  );
  const petition: Petition = {
    id,
    serial: await nextSerial(transaction, localDate(now, campaign.period.timeZone).slice(0, 4)),
    campaign: campaign.slug,
    campaignVersion: campaign.version,
    target,
    state: 'sealed',
    sealedAt: now,
    sealedBy: by,
    names: letters.length,
    withheld: withheld.size,
    volumes: Math.ceil(letters.length / namesPerVolume),
    digest: namesDigest(names.map((each) => each.name)),
    filesAt: null,
    manifest: null,
    voidedAt: null,
    voidReason: null,
  };
  await insertRows(transaction, petitionTable, [petition]);
  await insertRows(transaction, petitionPlaceTable, places);
  const moved = await moveLetters(
    transaction,
    letters.map((letter) => ({
      id: letter.id,
      from: 'for_hand',
      to: 'petitioned',
      reason: 'sealed on a petition',
      cause: id,
      patch: { petitionId: id },
    })),
    now,
  );
  if (moved.size !== letters.length) throw new AppError('internal', 'a name left while its petition was being sealed');
  return petition;
}

async function nextSerial(transaction: Transaction, year: string): Promise<string> {
  const latest = await transaction
    .createQueryBuilder(petitionTable, 'petition')
    .select('max(petition.serial)', 'serial')
    .where('petition.serial like :year', { year: `${year}-%` })
    .getRawOne<{ serial: string | null }>();
  const last = Number(latest?.serial?.slice(5) ?? 0);
  return `${year}-${String(last + 1).padStart(4, '0')}`;
}

/** All that a petition may know about a signer: the name, and its language to draw it right. In the order asked for. */
export async function namesOf(
  transaction: Transaction,
  signatureIds: readonly string[],
): Promise<{ name: string; language: string }[]> {
  const found = new Map<string, { name: string; language: string }>();
  for (const piece of piecesOf(signatureIds)) {
    const rows = await transaction.find(signatureTable, {
      select: { id: true, name: true, language: true },
      where: { id: In([...piece]) },
    });
    for (const { id, name, language } of rows) found.set(id, { name: name ?? '', language });
  }
  return signatureIds.map((id) => {
    const known = found.get(id);
    if (!known?.name) throw new AppError('internal', 'a name on the petition was erased');
    return known;
  });
}
