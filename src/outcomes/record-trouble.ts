/** Trouble of ours on rows: opens the breaker of one target or of all sending, and closes it when a letter got through. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import { stopwatch, type Clock, type Instant } from '../clock.ts';
import { letterTable } from '../letters/letter-table.ts';
import { close, nextProbe, trip, waits } from '../outbox/breaker.ts';
import { domainOf } from '../outbox/domain-name.ts';
import { noEvidence, tellHold, type HoldEvent, type HoldEvidence } from '../outbox/hold-event-table.ts';
import { holdSite, ourSite, targetOf, towards, troubledSites, writeSite, type Site } from '../outbox/site-table.ts';
import type { Verdict } from '../outbox/verdict.ts';
import type { Transaction } from '../storage/database.ts';
import { isEverybodys, isOurs, relayTrouble, siteLimits } from './decide-site.ts';
import type { OutcomeRow } from './outcome-table.ts';

export interface TroubleNeeds {
  clock: Clock;
  book: CampaignBook;
}

/** The end of one conversation. */
export interface Ending {
  letter: { id: string; target: string };
  verdict: Verdict;
  outcome: OutcomeRow | undefined;
}

/** Seconds for which all being well is not looked at again: every letter that gets through comes by. */
const remembered = 1;
const seenWell = new WeakMap<object, () => number>();

/** Gives the breakers that were opened and closed, for whoever tells the operators after the commit. */
export async function recordTrouble(
  needs: TroubleNeeds,
  transaction: Transaction,
  ended: readonly Ending[],
): Promise<HoldEvent[]> {
  const { dataSource } = transaction;
  const relay = ended.find((ending) => relayOf(ending) !== undefined);
  const ours = ended.flatMap(({ outcome }) => (outcome && isOurs(outcome) ? [outcome] : []));
  const isTrouble = relay !== undefined || ours.length > 0;
  if (!isTrouble && (seenWell.get(dataSource)?.() ?? Infinity) < remembered) return [];
  const open = await troubledSites(transaction);
  if (isTrouble) seenWell.delete(dataSource);
  else if (open.length === 0) seenWell.set(dataSource, stopwatch());
  const events = [...(await endProbes(needs, transaction, open, ended))];
  if (relay?.outcome) events.push(...(await tripRelay(needs, transaction, relay, relay.outcome)));
  const ofTargets = ours.filter((outcome) => relayTrouble(outcome, 'refused') === undefined);
  if (ofTargets.length > 0) events.push(...(await tripTargets(needs, transaction, ofTargets)));
  return events;
}

/** Holds the letters for one target that speaks of trouble of ours. */
export async function holdTarget(
  needs: TroubleNeeds,
  transaction: Transaction,
  target: string,
  ours: readonly OutcomeRow[],
): Promise<HoldEvent[]> {
  const [said] = ours;
  const evidence = { ...noEvidence, outcomes: ours.map(({ id }) => id), targets: [target] };
  const of = ours.every(({ trust }) => trust === 'session') ? 'refused' : 'reported';
  return said ? open(needs, transaction, towards(target), { said, evidence, of }) : [];
}

/** Trouble of ours that targets speak of: each is held by itself, and all sending when it is everybody's. */
async function tripTargets(
  needs: TroubleNeeds,
  transaction: Transaction,
  ours: readonly OutcomeRow[],
): Promise<HoldEvent[]> {
  const events: HoldEvent[] = [];
  for (const [target, said] of Map.groupBy(ours, (outcome) => outcome.target))
    events.push(...(await holdTarget(needs, transaction, target, said)));
  const [first] = ours;
  const heard = await whoSpeaksOfIt(needs, transaction);
  if (!first || !isEverybodys(heard)) return events;
  const targets = heard.troubled.map(({ target }) => target);
  const evidence = { outcomes: ours.map(({ id }) => id), targets, well: heard.well };
  return [...events, ...(await open(needs, transaction, ourSite, { said: first, evidence }))];
}

function relayOf({ outcome, verdict }: Ending): 'refused' | 'unreachable' | undefined {
  return outcome && relayTrouble(outcome, verdict);
}

/** The letters that tried: taken, all is well; trouble of ours, a longer wait; anything else, the next one tries. */
async function endProbes(
  needs: TroubleNeeds,
  transaction: Transaction,
  sites: readonly Site[],
  ended: readonly Ending[],
): Promise<HoldEvent[]> {
  const now = needs.clock.now();
  const events: HoldEvent[] = [];
  for (const { id, probe } of sites) {
    const ending = ended.find(({ letter }) => letter.id === probe);
    if (!ending) continue;
    const site = await holdSite(transaction, id);
    if (site.probe !== probe) continue;
    if (ending.verdict === 'accepted') {
      await writeSite(transaction, { ...site, ...close(now), reason: '' });
      const reason = 'A letter that tried got through.';
      events.push(
        await tellHold(needs, transaction, { place: id, what: 'closed', by: 'rule', reason, evidence: noEvidence }),
      );
      continue;
    }
    const relay = relayOf(ending);
    const isAboutThis = relay !== undefined ? id === ourSite : ending.outcome !== undefined && isOurs(ending.outcome);
    if (isAboutThis && ending.outcome) {
      const evidence = { ...noEvidence, outcomes: [ending.outcome.id], targets: [ending.letter.target] };
      events.push(
        ...(await open(needs, transaction, id, { said: ending.outcome, evidence, of: relay, byProbe: true })),
      );
    } else await writeSite(transaction, { ...site, ...nextProbe(site, now) });
  }
  return events;
}

/** Our own relay turned us away or does not answer: one word is enough, unless letters get through beside it. */
async function tripRelay(
  needs: TroubleNeeds,
  transaction: Transaction,
  ending: Ending,
  said: OutcomeRow,
): Promise<HoldEvent[]> {
  const of = relayOf(ending);
  if (of === 'unreachable') {
    const lately = await wellSince(needs, transaction, needs.clock.now() - siteLimits.quiet);
    if (lately.length > 0) return [];
  }
  return open(needs, transaction, ourSite, { said, of, evidence: { ...noEvidence, outcomes: [said.id] } });
}

interface Trouble {
  said: OutcomeRow;
  evidence: HoldEvidence;
  of?: keyof typeof waits | undefined;
  byProbe?: boolean;
}

async function open(
  needs: TroubleNeeds,
  transaction: Transaction,
  place: string,
  { said, evidence, of = 'refused', byProbe = false }: Trouble,
): Promise<HoldEvent[]> {
  const site = await holdSite(transaction, place);
  const tripped = trip(site, { of: waits[of], byProbe }, needs.clock.now());
  if (tripped === site) return [];
  const what = of === 'unreachable' ? 'the relay does not answer' : said.class;
  const reason = `${what} (${said.rule})`;
  await writeSite(transaction, { ...site, ...tripped, reason });
  return [
    await tellHold(needs, transaction, {
      place,
      what: 'opened',
      by: 'rule',
      reason,
      evidence: { ...evidence, outcomes: evidence.outcomes.slice(0, 50) },
    }),
  ];
}

async function whoSpeaksOfIt(needs: TroubleNeeds, transaction: Transaction) {
  const { book, clock } = needs;
  const late = clock.now() - siteLimits.within;
  const sites = (await troubledSites(transaction)).filter(({ pausedUntil }) => pausedUntil > late);
  const troubled = sites.flatMap(({ id, since }) => {
    const target = book.target(targetOf(id) ?? '');
    return target ? [{ target: target.id, provider: domainOf(target.mailboxes[0] ?? '') ?? '', since }] : [];
  });
  const since = Math.min(...troubled.map((each) => each.since));
  const names = new Set(troubled.map(({ target }) => target));
  const well = troubled.length === 0 ? [] : await wellSince(needs, transaction, since);
  return { troubled, well: well.filter((target) => !names.has(target)).length, known: book.targets.length };
}

/** Targets that took letters since then. */
async function wellSince({ book }: TroubleNeeds, transaction: Transaction, since: Instant): Promise<string[]> {
  const rows = await transaction
    .createQueryBuilder(letterTable, 'letter')
    .select('distinct letter.target', 'target')
    .where('letter.target in (:...targets) and letter.acceptedAt >= :since', {
      targets: book.targets.map(({ id }) => id),
      since,
    })
    .getRawMany<{ target: string }>();
  return rows.map(({ target }) => target);
}
