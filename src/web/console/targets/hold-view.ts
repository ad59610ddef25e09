/** What holds letters at one place, and what did: staff's pauses and trouble of ours. */
import { breakerState } from '../../../outbox/breaker.ts';
import { holdHistory, type HoldEvent } from '../../../outbox/hold-event-table.ts';
import { pauseTable, type Pause } from '../../../outbox/pause-table.ts';
import { troubledSites, type Site } from '../../../outbox/site-table.ts';
import type { Moment } from '../../pages/page-dates.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { actorNames, targetName } from '../petitions/names-shown.ts';
import { counted } from '../petitions/standing.ts';
import { fill, type StaffVisit } from '../visit.ts';
import type { Telling } from './channel-view.ts';
import { heardView, lookUp, saidIn, type HeardView } from './heard-view.ts';
import { targetWords } from './target-words.ts';

/** All pauses and breakers of this moment: few, whatever the number of letters. */
export interface Holds {
  pauses: ReadonlyMap<string, Pause>;
  sites: ReadonlyMap<string, Site>;
  nameOf(by: string): string;
}

export async function readHolds(needs: ConsoleNeeds): Promise<Holds> {
  const { read } = needs.database;
  const pauses = await read.find(pauseTable);
  const sites = await troubledSites(read);
  return {
    pauses: new Map(pauses.map((pause) => [pause.place, pause])),
    sites: new Map(sites.map((site) => [site.id, site])),
    nameOf: await actorNames(
      needs,
      pauses.map(({ by }) => by),
    ),
  };
}

/** One thing that holds letters, with what is told of it. */
export interface HoldView {
  text: string;
  /** Staff's own words, or what the trouble is. */
  reason: string;
  more: readonly string[];
}

export function holdsAt(
  { clock }: Pick<ConsoleNeeds, 'clock'>,
  visit: StaffVisit,
  { pauses, sites, nameOf }: Holds,
  { place, zone }: { place: string; zone: string | undefined },
): HoldView[] {
  const words = visit.words(targetWords).holds;
  const views: HoldView[] = [];
  const pause = pauses.get(place);
  if (pause) {
    const text = fill(words.paused, { by: nameOf(pause.by), time: visit.moment(pause.since, zone).text });
    views.push({ text, reason: pause.reason, more: [] });
  }
  const site = sites.get(place);
  const state = site && breakerState(site, clock.now());
  if (site && state && state !== 'closed') {
    const text = fill(words[state], { time: visit.moment(site.since, zone).text });
    const next = fill(words.next, { time: visit.moment(site.pausedUntil, zone).text });
    const strikes = fill(words.strikes, counted(visit, { n: site.strikes }));
    views.push({ text, reason: troubleOf(visit, site.reason), more: state === 'open' ? [next, strikes] : [strikes] });
  }
  return views;
}

/** A breaker's reason is the class of the trouble with the rule that knew it in brackets. */
function troubleOf(visit: StaffVisit, reason: string): string {
  const { troubles } = visit.words(targetWords);
  const [, what = reason, rule] = /^(.+) \(([\w-]+)\)$/.exec(reason) ?? [];
  const said = lookUp(troubles, what === 'the relay does not answer' ? 'relay' : what) ?? what;
  return rule === undefined ? said : `${said} (${rule})`;
}

export interface HoldEventView {
  what: HoldEvent['what'];
  at: Moment;
  /** Undefined for what a rule did. */
  by: string | undefined;
  reason: string | undefined;
  targets: readonly string[];
  well: number;
  heard: readonly HeardView[];
}

const mostEvents = 20;
/** Replies shown of one event. */
const mostShown = 5;

/** The newest events of a place, newest first. */
export async function holdEvents(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { place, zone }: { place: string } & Pick<Telling, 'zone'>,
): Promise<HoldEventView[]> {
  const events = await holdHistory(needs.database, place, mostEvents);
  const nameOf = await actorNames(
    needs,
    events.map(({ by }) => by),
  );
  const shown = events.map(({ evidence }) => evidence.outcomes.slice(0, mostShown));
  const said = new Map((await saidIn(needs, shown.flat())).map((row) => [row.id, row]));
  return events.map(({ what, at, by, reason, evidence }, n) => ({
    what,
    at: visit.moment(at, zone),
    by: by === 'rule' ? undefined : nameOf(by),
    reason: what === 'closed' ? undefined : by === 'rule' ? troubleOf(visit, reason) : reason,
    targets: evidence.targets.map((id) => targetName(needs, visit, id)),
    well: evidence.well,
    heard: heardView(
      visit,
      (shown[n] ?? []).flatMap((id) => said.get(id) ?? []),
      zone,
    ),
  }));
}
