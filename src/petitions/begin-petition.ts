/** Step: a petition is begun. Its row and its first names are on disk together; the other names follow in batches. */
import { In } from 'typeorm';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { localDate } from '../intake/signature.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { gatherNames } from './gather-names.ts';
import { mailStoppedAt } from './mail-stopped.ts';
import { petitionTable, untouched, type Petition, type PetitionCampaign } from './petition-table.ts';
import { countWaiting } from './waiting-names.ts';

export interface PetitionWish {
  /** Whose names are wanted; the first that has some leads the paper. Each must have the target. */
  campaigns: readonly Campaign[];
  target: string;
  /** Name of the key, command or schedule that asks. */
  by: string;
}

/** A petition as it may be begun: what waits for it. */
export interface PlannedPetition {
  campaigns: PetitionCampaign[];
  timeZone: string;
  target: string;
  by: string;
  names: number;
}

/**
 * Looks how many names wait. Throws `not-found` for a target that a campaign does not have, `conflict` when no name
 * waits or all are withheld.
 */
export async function planPetition(
  { database, clock }: { database: Database; clock: Clock },
  { campaigns, target, by }: PetitionWish,
): Promise<PlannedPetition> {
  const signedUntil = clock.now();
  let [names, withheld] = [0, 0];
  const listed: { campaign: Campaign; part: PetitionCampaign }[] = [];
  for (const campaign of campaigns) {
    if (!campaign.targets.some(({ id }) => id === target))
      throw new AppError('not-found', 'This campaign has no such target.');
    const waiting = await countWaiting(database.read, { campaign: campaign.slug, target, signedUntil });
    names += waiting.names;
    withheld += waiting.withheld;
    const part = { slug: campaign.slug, version: campaign.version, names: 0 };
    if (waiting.names > 0) listed.push({ campaign, part });
  }
  const [lead] = listed;
  if (!lead) throw nothingWaits(withheld);
  return { campaigns: listed.map(({ part }) => part), timeZone: lead.campaign.period.timeZone, target, by, names };
}

/**
 * Begins what was planned, in the caller's transaction. Throws `conflict` when no name is left, or while another
 * petition to this target is being sealed or voided. Two that begin at once get the same serial; then the database
 * lets one of them do its work again, and it sees the other.
 */
export async function beginPetition(
  transaction: Transaction,
  clock: Clock,
  { campaigns, timeZone, target, by, names: expected }: PlannedPetition,
  perBatch?: number,
): Promise<Petition> {
  const now = clock.now();
  await assertNobodyElse(transaction, target);
  const [lead] = campaigns;
  const petition: Petition = {
    id: newId(clock),
    serial: await nextSerial(transaction, localDate(now, timeZone).slice(0, 4)),
    campaign: lead?.slug ?? '',
    campaignVersion: lead?.version ?? '',
    campaigns,
    target,
    state: 'sealing',
    sealedAt: now,
    sealedBy: by,
    mailStoppedAt: await mailStoppedAt(transaction, target),
    names: 0,
    expected,
    done: 0,
    withheld: 0,
    volumes: 0,
    digest: '',
    filesAt: null,
    manifest: null,
    voidedAt: null,
    voidReason: null,
    dueAt: now + untouched,
    failures: 0,
    failedReason: null,
    failedName: null,
  };
  await insertRows(transaction, petitionTable, [petition]);
  const begun = await gatherNames(transaction, petition, now, perBatch);
  if (begun.names === 0) throw nothingWaits(0);
  return begun;
}

async function assertNobodyElse(transaction: Transaction, target: string): Promise<void> {
  const [other] = await transaction.find(petitionTable, {
    select: { serial: true, state: true },
    where: { target, state: In(['sealing', 'voiding']) },
    take: 1,
  });
  if (!other) return;
  const what = other.state === 'sealing' ? 'being sealed' : 'being voided';
  throw new AppError('conflict', `Petition ${other.serial} to this target is ${what}: ask again when it is done.`);
}

function nothingWaits(withheld: number): AppError {
  return withheld === 0
    ? new AppError('conflict', 'No name waits for a petition to this target.')
    : new AppError('conflict', 'Every name that waits for this target is withheld.');
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
