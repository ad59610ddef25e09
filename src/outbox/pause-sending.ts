/** Step: staff let no letter leave, for one target or for all, and let them go again. Each with a reason. */
import type { Clock, Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { nextProbe } from './breaker.ts';
import { noEvidence, tellHold, type HoldEvent } from './hold-event-table.ts';
import { pauseTable } from './pause-table.ts';
import { holdSite, ourSite, troubledSites, writeSite } from './site-table.ts';

export interface PauseNeeds {
  database: Database;
  clock: Clock;
  /** Told after the commit. */
  held(event: HoldEvent): void;
}

export interface PauseWish {
  /** `smtp` for all sending, else what `towards` makes. */
  place: string;
  by: string;
  reason: string;
}

/** From now on nothing leaves. What is being said at this moment comes to its end. Throws `conflict` when paused. */
export async function pauseSending(needs: PauseNeeds, { place, by, reason }: PauseWish): Promise<HoldEvent> {
  const { database, clock, held } = needs;
  const event = await database.write(async (transaction) => {
    if (await transaction.findOne(pauseTable, { where: { place }, ...locked(transaction) }))
      throw new AppError('conflict', 'Sending is paused here already: resume it first to give another reason.');
    await insertRows(transaction, pauseTable, [{ place, since: clock.now(), by, reason }]);
    return tellHold(needs, transaction, { place, what: 'paused', by, reason, evidence: noEvidence });
  });
  held(event);
  return event;
}

/**
 * Ends staff's pause, and a breaker's wait: what was mended is tried at once with one letter. Throws `conflict` when
 * nothing holds letters here.
 */
export async function resumeSending(needs: PauseNeeds, { place, by, reason }: PauseWish): Promise<HoldEvent> {
  const { database, clock, held } = needs;
  const event = await database.write(async (transaction) => {
    const ended = await transaction.delete(pauseTable, { place });
    const site = await holdSite(transaction, place);
    if (!ended.affected && site.strikes === 0)
      throw new AppError('conflict', 'Nothing holds letters here: there is nothing to resume.');
    if (site.strikes > 0) await writeSite(transaction, { ...site, ...nextProbe(site, clock.now()) });
    // A letter that was to try may have been left out by the pause: its end would be waited for in vain.
    if (place === ourSite) await forgetProbes(transaction, clock.now());
    return tellHold(needs, transaction, { place, what: 'resumed', by, reason, evidence: noEvidence });
  });
  held(event);
  return event;
}

async function forgetProbes(transaction: Transaction, now: Instant): Promise<void> {
  for (const { id } of await troubledSites(transaction)) {
    const site = await holdSite(transaction, id);
    if (site.strikes > 0 && site.probe !== null) await writeSite(transaction, { ...site, ...nextProbe(site, now) });
  }
}
