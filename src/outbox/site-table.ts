/** Our own site: while our relay, address or keys are the trouble, nothing is sent and no target is blamed. */
import { EntitySchema } from 'typeorm';
import { minute, stopwatch, type Instant } from '../clock.ts';
import { count, instant, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';

export interface Site {
  id: 'smtp';
  pausedUntil: Instant;
  /** Failures of ours in a row; each doubles the pause. */
  strikes: number;
  reason: string;
}

export const siteTable = new EntitySchema<Site>({
  name: 'site',
  columns: { id: primary(word(10)), pausedUntil: instant, strikes: count, reason: word(200) },
});

const calm: Site = { id: 'smtp', pausedUntil: 0, strikes: 0, reason: '' };

export async function readSite(reader: Transaction): Promise<Site> {
  return (await reader.findOneBy(siteTable, { id: 'smtp' })) ?? calm;
}

async function holdSite(transaction: Transaction): Promise<Site> {
  return (await transaction.findOne(siteTable, { where: { id: 'smtp' }, ...locked(transaction) })) ?? calm;
}

/** Pauses all sending: one minute, doubling with every strike up to an hour. Strikes within a pause count once. */
export async function pauseSite(transaction: Transaction, reason: string, now: Instant): Promise<Site> {
  const site = await holdSite(transaction);
  if (site.pausedUntil > now) return site;
  const strikes = site.strikes + 1;
  const pause = Math.min(minute * 2 ** (strikes - 1), 60 * minute);
  seenWell.delete(transaction.dataSource);
  const paused: Site = { id: 'smtp', strikes, pausedUntil: now + pause, reason };
  await writeSite(transaction, paused);
  return paused;
}

/** Seconds for which a site that was seen well is not looked at again: every letter that gets through comes by. */
const remembered = 1;
const seenWell = new WeakMap<object, () => number>();

/** A letter got through: the site is well again. */
export async function clearSite(transaction: Transaction): Promise<void> {
  const { dataSource } = transaction;
  if ((seenWell.get(dataSource)?.() ?? Infinity) < remembered) return;
  if ((await readSite(transaction)).strikes > 0 && (await holdSite(transaction)).strikes > 0)
    await writeSite(transaction, calm);
  seenWell.set(dataSource, stopwatch());
}

async function writeSite(transaction: Transaction, site: Site): Promise<void> {
  const updated = await transaction.update(siteTable, { id: 'smtp' }, site);
  if (!updated.affected) await insertRows(transaction, siteTable, [site]);
}
