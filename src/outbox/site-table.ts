/** Breakers on rows: one for our own site (relay, address, keys), one for us at each target. No target is blamed. */
import { EntitySchema, MoreThan } from 'typeorm';
import { count, id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import type { Breaker } from './breaker.ts';

export interface Site extends Breaker {
  /** `smtp` for our own site, else what `towards` makes. */
  id: string;
  reason: string;
}

export const siteTable = new EntitySchema<Site>({
  name: 'site',
  columns: {
    id: primary(word(90)),
    pausedUntil: instant,
    strikes: count,
    reason: word(200),
    since: instant,
    probe: optional(id),
  },
});

/** All of our mail goes over one relay: trouble with it, or with us in general, is one place. */
export const ourSite = 'smtp';

/** The place of one target: trouble of ours that only this target speaks of, and staff's pause for it. */
export function towards(target: string): string {
  return `to:${target}`;
}

/** The target of a place, or undefined for our own site. */
export function targetOf(place: string): string | undefined {
  return place.startsWith('to:') ? place.slice(3) : undefined;
}

const calm = (place: string): Site => ({
  id: place,
  pausedUntil: 0,
  strikes: 0,
  reason: '',
  since: 0,
  probe: null,
});

export async function readSite(reader: Transaction, place = ourSite): Promise<Site> {
  return (await reader.findOneBy(siteTable, { id: place })) ?? calm(place);
}

/** The same, held until the commit: for whoever decides on it. */
export async function holdSite(transaction: Transaction, place = ourSite): Promise<Site> {
  return (await transaction.findOne(siteTable, { where: { id: place }, ...locked(transaction) })) ?? calm(place);
}

/** All places whose breaker is not closed. */
export async function troubledSites(reader: Transaction): Promise<Site[]> {
  return reader.find(siteTable, { where: { strikes: MoreThan(0) } });
}

/** Writes a breaker that is held, creating its row at the first trouble. */
export async function writeSite(transaction: Transaction, site: Site): Promise<void> {
  const updated = await transaction.update(siteTable, { id: site.id }, site);
  if (!updated.affected) await insertRows(transaction, siteTable, [site]);
}
