/** Step: reports that speak of trouble of ours hold the letters for that one target. They never pause all sending. */
import { MoreThanOrEqual } from 'typeorm';
import type { HoldEvent } from '../outbox/hold-event-table.ts';
import { readSite, towards } from '../outbox/site-table.ts';
import type { Database } from '../storage/database.ts';
import { isOurs, siteLimits } from './decide-site.ts';
import { outcomeTable } from './outcome-table.ts';
import { holdTarget, type TroubleNeeds } from './record-trouble.ts';

interface Needs extends TroubleNeeds {
  database: Database;
  /** Told after the commit. */
  held(event: HoldEvent): void;
}

/** Enough to count a few signer domains. */
const mostOutcomes = 100;

/**
 * A relay takes every letter, and the provider behind it says only by report that our address is on a list. It takes
 * reports to signers of several domains: one alone can be made up by whoever got a letter.
 */
export async function reviewTrouble(needs: Needs, target: string): Promise<void> {
  const { database, clock } = needs;
  const { since } = await readSite(database.read, towards(target));
  const lately = Math.max(since + 1, clock.now() - siteLimits.within);
  const outcomes = await database.read.find(outcomeTable, {
    where: { target, at: MoreThanOrEqual(lately) },
    order: { at: 'DESC' },
    take: mostOutcomes,
  });
  const reports = outcomes.filter((outcome) => outcome.trust !== 'session' && isOurs(outcome));
  // Those of erased signers are blank, and count for nothing.
  const domains = new Set(reports.map(({ signerDomain }) => signerDomain).filter((domain) => domain !== ''));
  if (domains.size < siteLimits.reportDomains) return;
  const events = await database.write((transaction) => holdTarget(needs, transaction, target, reports));
  for (const event of events) needs.held(event);
}
