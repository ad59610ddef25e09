/** What keeps letters from leaving at one place, in the shape the API tells it. */
import type { Clock } from '../../clock.ts';
import { breakerState } from '../../outbox/breaker.ts';
import { holdHistory, type HoldEvent } from '../../outbox/hold-event-table.ts';
import { pauseTable } from '../../outbox/pause-table.ts';
import { readSite } from '../../outbox/site-table.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';

/** What holds letters at one place now, and what did. */
export async function holdView({ database, clock }: { database: Database; clock: Clock }, place: string) {
  const pause = await database.read.findOneBy(pauseTable, { place });
  const site = await readSite(database.read, place);
  const state = breakerState(site, clock.now());
  return {
    paused: pause && { since: iso(pause.since), by: pause.by, reason: pause.reason },
    trouble:
      state === 'closed'
        ? null
        : { state, since: iso(site.since), until: iso(site.pausedUntil), reason: site.reason, strikes: site.strikes },
    holds: (await holdHistory(database, place)).map(eventView),
  };
}

export function eventView({ id, at, what, by, reason, evidence }: HoldEvent) {
  return { id, at: iso(at), what, by, reason, evidence };
}
