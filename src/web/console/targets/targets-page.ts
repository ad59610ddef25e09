/** *Targets*: every office that letters go to, how each is reached now, and whether sending as a whole is held. */
import { noLetters, numbersByTarget } from '../../../ledger/numbers.ts';
import type { LetterState } from '../../../letters/letter-states.ts';
import { readChannel } from '../../../outbox/channel-table.ts';
import { ourSite, towards } from '../../../outbox/site-table.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { ConsolePage } from '../console-page.ts';
import { campaignTitle, targetName } from '../petitions/names-shown.ts';
import { counted } from '../petitions/standing.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { decideRoutes } from './decide-routes.ts';
import { zoneFor } from './find-target.ts';
import { holdEvents, holdsAt, readHolds } from './hold-view.ts';
import { showTarget } from './target-page.ts';
import { targetWords } from './target-words.ts';
import { wrongIn, type Wrong } from './wrong-form.ts';

export const targetsPage: ConsolePage = {
  words: [targetWords],
  menu: { key: 'targets', href: '/console/targets', need: 'read' },
  routes(door, needs) {
    door.get('/targets', 'read', (visit) => showTargets(needs, visit));
    door.get('/targets/:id', 'read', (visit) => showTarget(needs, visit));
    decideRoutes(door, needs, {
      target: (visit, wrong) => showTarget(needs, visit, wrong),
      targets: (visit, wrong) => showTargets(needs, visit, wrong),
    });
  },
};

/** Where a letter stands, in four words. Those that were taken back stand nowhere. */
const groups = {
  waiting: ['held', 'queued', 'sending', 'refused', 'returned'],
  mailed: ['in_doubt', 'accepted', 'delivered'],
  paper: ['for_hand', 'petitioned'],
  handed: ['handed_in'],
} as const satisfies Record<string, readonly LetterState[]>;

async function showTargets(needs: ConsoleNeeds, visit: StaffVisit, wrong?: Wrong): Promise<void> {
  const { book, database } = needs;
  const words = visit.words(targetWords);
  const numbers = await numbersByTarget(database);
  const holds = await readHolds(needs);
  const rows = [];
  for (const target of book.targets) {
    const zone = zoneFor(needs, target.id);
    const { mode, since } = await readChannel(database.read, target.id);
    const letters = numbers.get(target.id) ?? noLetters();
    const at = { place: towards(target.id), zone };
    rows.push({
      id: target.id,
      name: targetName(needs, visit, target.id),
      campaigns: book.campaigns
        .filter(({ targets }) => targets.some(({ id }) => id === target.id))
        .map(({ slug }) => campaignTitle(needs, visit, slug)),
      mode,
      since: since === 0 ? undefined : fill(words.list.since, { time: visit.moment(since, zone).text }),
      letters: lettersInShort(visit, letters),
      holds: holdsAt(needs, visit, holds, at),
    });
  }
  const site = { place: ourSite, zone: undefined };
  visit.show('targets', {
    title: words.title,
    words,
    ...wrongIn(wrong),
    rows,
    holds: holdsAt(needs, visit, holds, site),
    isPaused: holds.pauses.has(ourSite),
    isHeld: holds.pauses.has(ourSite) || holds.sites.has(ourSite),
    events: await holdEvents(needs, visit, site),
    canDecide: visit.may('channels'),
    reason: visit.form['reason'],
  });
}

function lettersInShort(visit: StaffVisit, letters: Readonly<Record<LetterState, number>>): string[] {
  const words = visit.words(targetWords).groups;
  const keys = ['waiting', 'mailed', 'paper', 'handed'] as const;
  const told = keys.flatMap((key) => {
    const n = groups[key].reduce((sum, state) => sum + letters[state], 0);
    return n === 0 ? [] : [`${words[key]} ${counted(visit, { n }).n}`];
  });
  return told.length > 0 ? told : [words.none];
}
