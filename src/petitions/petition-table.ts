/** Petitions, the names on them, and the tries at handing them over. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { count, id, instant, json, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import type { Manifest } from './manifest.ts';

export type PetitionState = 'sealed' | 'handed_in' | 'void';

export interface Petition {
  id: string;
  /** `2026-0001`: what stands on the paper and in file names. */
  serial: string;
  campaign: string;
  campaignVersion: string;
  target: string;
  state: PetitionState;
  sealedAt: Instant;
  /** Name of the key or command that asked for it. */
  sealedBy: string;
  names: number;
  /** Names that waited too and were left out by the weed list. */
  withheld: number;
  volumes: number;
  /** SHA-256 over the canonical list of names. */
  digest: string;
  /** Null until its files are made; they can be made again at any time from the sealed rows. */
  filesAt: Instant | null;
  manifest: Manifest | null;
  voidedAt: Instant | null;
  voidReason: string | null;
}

/** A place on a sealed petition. The name itself stays with the signature until files are made. */
export interface PetitionPlace {
  petitionId: string;
  /** 1-based, without gaps. */
  number: number;
  letterId: string;
  volume: number;
}

export const handInOutcomes = ['accepted-in-meeting', 'accepted', 'refused', 'posted'] as const;
export type HandInOutcome = (typeof handInOutcomes)[number];

export interface HandIn {
  id: string;
  petitionId: string;
  at: Instant;
  outcome: HandInOutcome;
  place: string;
  carrier: string | null;
  /** The office's own reference number. */
  reference: string | null;
  note: string | null;
  recordedAt: Instant;
  recordedBy: string;
}

export const petitionTable = new EntitySchema<Petition>({
  name: 'petition',
  columns: {
    id: primary(id),
    serial: word(20),
    campaign: word(80),
    campaignVersion: word(16),
    target: word(80),
    state: word(10),
    sealedAt: instant,
    sealedBy: word(80),
    names: count,
    withheld: count,
    volumes: count,
    digest: word(64),
    filesAt: optional(instant),
    manifest: optional(json),
    voidedAt: optional(instant),
    voidReason: optional(word(400)),
  },
});

export const petitionPlaceTable = new EntitySchema<PetitionPlace>({
  name: 'petition_place',
  columns: { petitionId: primary(id), number: primary(count), letterId: id, volume: count },
});

export const handInTable = new EntitySchema<HandIn>({
  name: 'hand_in',
  columns: {
    id: primary(id),
    petitionId: id,
    at: instant,
    outcome: word(20),
    place: word(200),
    carrier: optional(word(200)),
    reference: optional(word(200)),
    note: optional(word(2000)),
    recordedAt: instant,
    recordedBy: word(80),
  },
});

/**
 * A petition that may still be voided or handed in, with the letters on it.
 * Throws `not-found`, or `conflict` when it is void or handed in already.
 */
export async function readSealed(
  transaction: Transaction,
  petitionId: string,
): Promise<{ petition: Petition; letterIds: string[] }> {
  const petition = await transaction.findOne(petitionTable, { where: { id: petitionId }, ...locked(transaction) });
  if (!petition) throw new AppError('not-found', 'There is no such petition.');
  if (petition.state !== 'sealed') {
    const state = petition.state.replace('_', ' ');
    throw new AppError('conflict', `This petition is ${state}: only a sealed one can be voided or handed in.`);
  }
  const places = await transaction.find(petitionPlaceTable, { select: { letterId: true }, where: { petitionId } });
  return { petition, letterIds: places.map((place) => place.letterId) };
}
