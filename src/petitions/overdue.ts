/** Petitions about which nobody has said a word for too long, and why each is due. */
import { In, IsNull, LessThan, MoreThan } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { PetitionRules } from '../campaigns/campaign.ts';
import { day, type Instant } from '../clock.ts';
import type { Transaction } from '../storage/database.ts';
import { readFollowUps, type FollowUp } from './follow-up-table.ts';
import { courseOf, isReceipt } from './hand-in-course.ts';
import { readHandIns, type HandIn } from './hand-in-table.ts';
import { petitionTable, type Petition } from './petition-table.ts';

/** `not-tried` since it was sealed; `no-word` since it was posted; `no-answer` since the office received it. */
export const overdueReasons = ['not-tried', 'no-word', 'refused', 'lost', 'no-answer'] as const;

export interface Overdue {
  why: (typeof overdueReasons)[number];
  /** The last that was heard or done about it. */
  since: Instant;
}

interface Told {
  tries: readonly HandIn[];
  followUps: readonly FollowUp[];
}

/** What a list of petitions reads of each: the manifest of a large one is long. */
const shortOf = {
  id: true,
  serial: true,
  campaign: true,
  target: true,
  state: true,
  sealedAt: true,
  filesAt: true,
  names: true,
  withheld: true,
  volumes: true,
  digest: true,
  campaigns: true,
  expected: true,
  done: true,
  failures: true,
  failedName: true,
} as const;
export type ShortPetition = Pick<Petition, keyof typeof shortOf>;

/** Why a petition is due now, or undefined. Whoever asks the office, tries again or has an answer starts the days anew. */
export function overdueOf(
  petition: Pick<Petition, 'state' | 'sealedAt'>,
  { tries, followUps }: Told,
  rules: PetitionRules,
  now: Instant,
): Overdue | undefined {
  const counted = tries.filter((each) => each.struckAt === null);
  const last = Math.max(petition.sealedAt, ...[...counted, ...followUps].map((each) => each.at));
  if (now - last < rules.chaseAfterDays * day) return undefined;
  const course = courseOf(petition.state, tries);
  const why = {
    waits: 'not-tried',
    'on-its-way': 'no-word',
    refused: 'refused',
    lost: 'lost',
    'handed-in': rules.awaitAnswer && !isAnswered(counted, followUps) ? 'no-answer' : undefined,
    void: undefined,
  } as const;
  const reason = why[course];
  return reason && { why: reason, since: last };
}

function isAnswered(tries: readonly HandIn[], followUps: readonly FollowUp[]): boolean {
  return (
    tries.some((each) => isReceipt(each.outcome) && each.reference !== null) ||
    followUps.some((each) => each.what === 'answered')
  );
}

/** Every petition that is due, of all campaigns that are installed. */
export async function findOverdue(
  reader: Transaction,
  book: CampaignBook,
  now: Instant,
): Promise<{ petition: ShortPetition; overdue: Overdue }[]> {
  const awaiting = book.campaigns.filter((campaign) => campaign.petitionRules.awaitAnswer).map(({ slug }) => slug);
  const petitions = await reader.find(petitionTable, {
    select: shortOf,
    where: [
      { state: 'sealed' },
      ...(awaiting.length > 0 ? [{ state: 'handed_in', campaign: In(awaiting) } as const] : []),
    ],
  });
  const told = await readTold(reader, petitions);
  return petitions.flatMap((petition) => {
    const rules = book.find(petition.campaign)?.petitionRules;
    const overdue = rules && overdueOf(petition, told(petition.id), rules, now);
    return overdue ? [{ petition, overdue }] : [];
  });
}

/** Petitions whose files could not be made, again and again. */
export async function findFailing(reader: Transaction): Promise<ShortPetition[]> {
  return reader.find(petitionTable, {
    select: shortOf,
    where: { filesAt: IsNull(), state: 'sealed', failures: MoreThan(0) },
  });
}

export interface ListedPetition {
  petition: ShortPetition;
  told: Told;
  overdue: Overdue | undefined;
}

/**
 * Petitions of one campaign or of all, newest first, with what became of each. `before` is the id that the last page
 * ended with.
 */
export async function listPetitions(
  reader: Transaction,
  wanted: { campaign?: string; book: CampaignBook; now: Instant; limit: number; before: string | undefined },
): Promise<ListedPetition[]> {
  const { campaign, book, now, limit, before } = wanted;
  const petitions = await reader.find(petitionTable, {
    select: shortOf,
    where: {
      ...(campaign === undefined ? {} : { campaign }),
      ...(before === undefined ? {} : { id: LessThan(before) }),
    },
    order: { id: 'DESC' },
    take: limit,
  });
  const told = await readTold(reader, petitions);
  return petitions.map((petition) => {
    const rules = book.find(petition.campaign)?.petitionRules;
    const overdue = rules && overdueOf(petition, told(petition.id), rules, now);
    return { petition, told: told(petition.id), overdue };
  });
}

async function readTold(reader: Transaction, petitions: readonly ShortPetition[]): Promise<(id: string) => Told> {
  const ids = petitions.map((petition) => petition.id);
  const tries = Map.groupBy(await readHandIns(reader, ids), (each) => each.petitionId);
  const followUps = Map.groupBy(await readFollowUps(reader, ids), (each) => each.petitionId);
  return (id) => ({ tries: tries.get(id) ?? [], followUps: followUps.get(id) ?? [] });
}
