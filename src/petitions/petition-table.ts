/** Petitions, and the names on them. */
import { EntitySchema } from 'typeorm';
import { second, type Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { count, id, instant, json, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import type { Manifest } from './manifest.ts';

/**
 * `sealing`, `handing_in` and `voiding` are on the way: names come, reach their end or go in batches, and whoever finds
 * such a petition lying goes on with it.
 */
export const petitionStates = ['sealing', 'sealed', 'handing_in', 'handed_in', 'voiding', 'void'] as const;
export type PetitionState = (typeof petitionStates)[number];

/** A campaign whose names are on a petition. They stand together: first those of the first campaign, and so on. */
export interface PetitionCampaign {
  slug: string;
  /** Version of its texts at the time of sealing. */
  version: string;
  names: number;
}

export interface Petition {
  id: string;
  /** `2026-0001`: what stands on the paper and in file names. */
  serial: string;
  /** The campaign whose cover letter leads. */
  campaign: string;
  campaignVersion: string;
  /** All of them, in the order of the paper. */
  campaigns: PetitionCampaign[];
  target: string;
  state: PetitionState;
  /** When sealing began: names of whoever had signed by then. */
  sealedAt: Instant;
  /** Name of the key or command that asked for it. */
  sealedBy: string;
  /** Since when mail had been turned away by then; null while it flowed, or when staff had shut the channel. */
  mailStoppedAt: Instant | null;
  /** While it is being sealed: so far. */
  names: number;
  /** Names that waited when sealing began. */
  expected: number;
  /** Names gathered (`sealing`), on paper (`sealed`), at their end (`handing_in`), or let go (`voiding`). */
  done: number;
  /** Names that waited too and were left out by the weed list. */
  withheld: number;
  volumes: number;
  /** SHA-256 over the canonical list of names; empty until it is sealed. */
  digest: string;
  /** Null until its files are made; they can be made again at any time from the sealed rows. */
  filesAt: Instant | null;
  manifest: Manifest | null;
  voidedAt: Instant | null;
  voidReason: string | null;
  /** When the sweep asks again for what is still to be done; null when nothing is. */
  dueAt: Instant | null;
  /** Tries at its files that failed, one after the other. */
  failures: number;
  /** Why the latest one failed, in words without names. */
  failedReason: string | null;
  /** Number of the name that caused it, when known. */
  failedName: number | null;
}

/** Milliseconds for which nobody else goes on with a petition after somebody worked on it: a crash costs this much. */
export const untouched = 5 * second;

/** A place on a sealed petition. The name itself stays with the signature until files are made. */
export interface PetitionPlace {
  petitionId: string;
  /** 1-based, without gaps. */
  number: number;
  letterId: string;
  volume: number;
}

export const petitionTable = new EntitySchema<Petition>({
  name: 'petition',
  columns: {
    id: primary(id),
    serial: word(20),
    campaign: word(80),
    campaignVersion: word(16),
    campaigns: json,
    target: word(80),
    state: word(10),
    sealedAt: instant,
    sealedBy: word(80),
    mailStoppedAt: optional(instant),
    names: count,
    expected: count,
    done: count,
    withheld: count,
    volumes: count,
    digest: word(64),
    filesAt: optional(instant),
    manifest: optional(json),
    voidedAt: optional(instant),
    voidReason: optional(word(400)),
    dueAt: optional(instant),
    failures: count,
    failedReason: optional(word(400)),
    failedName: optional(count),
  },
});

export const petitionPlaceTable = new EntitySchema<PetitionPlace>({
  name: 'petition_place',
  columns: { petitionId: primary(id), number: primary(count), letterId: id, volume: count },
});

/**
 * Locks a petition that is sealed, or in another of these states. Throws `not-found`, or `conflict` otherwise.
 * Whoever changes a petition holds it first, so that two never do so at the same time.
 */
export async function holdPetition(
  transaction: Transaction,
  petitionId: string,
  states: readonly PetitionState[] = ['sealed'],
): Promise<Petition> {
  const petition = await transaction.findOne(petitionTable, { where: { id: petitionId }, ...locked(transaction) });
  if (!petition) throw new AppError('not-found', 'There is no such petition.');
  if (!states.includes(petition.state)) {
    const state = inWords[petition.state];
    throw new AppError('conflict', `This petition is ${state}: only a sealed one can be voided or handed in.`);
  }
  return petition;
}

const inWords: Readonly<Record<PetitionState, string>> = {
  sealing: 'being sealed',
  sealed: 'sealed',
  handing_in: 'being handed in',
  handed_in: 'handed in',
  voiding: 'being voided',
  void: 'void',
};

/** Letters on the places of a petition that come after a number, in their order. */
export async function placesAfter(
  transaction: Transaction,
  { id, number }: { id: string; number: number },
  most: number,
): Promise<string[]> {
  const places = await transaction
    .createQueryBuilder(petitionPlaceTable, 'place')
    .select('place.letter_id', 'letterId')
    .where('place.petition_id = :id and place.number > :number', { id, number })
    .orderBy('place.number')
    .limit(most)
    .getRawMany<{ letterId: string }>();
  return places.map(({ letterId }) => letterId);
}
