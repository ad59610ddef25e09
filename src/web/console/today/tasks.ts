/** What needs a person, most pressing first: each task one sentence and the page to go to. */
import { join } from 'node:path';
import { breakerState } from '../../../outbox/breaker.ts';
import { readChannel, type Channel } from '../../../outbox/channel-table.ts';
import { pauseTable } from '../../../outbox/pause-table.ts';
import { towards, troubledSites } from '../../../outbox/site-table.ts';
import { stuckTargets, timersAreLate } from '../../../ledger/stuck-letters.ts';
import { findFailing, findOverdue } from '../../../petitions/overdue.ts';
import { dkimDomains } from '../../../secrets.ts';
import { stateOf } from '../campaigns/campaign-view.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { campaignTitle, targetName } from '../petitions/names-shown.ts';
import { petitionWords } from '../petitions/petition-words.ts';
import { partsOf } from '../petitions/waiting-boxes.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { todayWords, type TaskKind, type TodayWords } from './today-words.ts';

export interface Task {
  kind: TaskKind;
  /** `urgent`: letters do not move or paper does not. `soon`: somebody should look. */
  level: 'urgent' | 'soon';
  text: string;
  go: string;
  href: string;
}

type Make = (kind: TaskKind, values?: Readonly<Record<string, string | number>>) => string;
type Say = (task: Omit<Task, 'text' | 'go'>, go: keyof TodayWords['tasks']['go'], values?: Parameters<Make>[1]) => Task;

/** Everything, for this person: what only others may act on is shown too, since it explains what she sees. */
export async function tasksFor(needs: ConsoleNeeds, visit: StaffVisit): Promise<Task[]> {
  const { kinds, go: goes } = visit.words(todayWords).tasks;
  const say: Say = (task, go, values = {}) => ({ ...task, text: fill(kinds[task.kind], values), go: goes[go] });
  return [
    ...(await ofTargets(needs, visit, say)),
    ...(await ofStuck(needs, visit, say)),
    ...(await ofPetitions(needs, visit, say)),
    ...ofCampaigns(needs, visit, say),
    ...(visit.signedIn.staff.totpSecret === null
      ? [say({ kind: 'factor', level: 'soon', href: '/console/account' }, 'account')]
      : []),
  ].toSorted((one, other) => Number(one.level === 'soon') - Number(other.level === 'soon'));
}

/** Channels that are not simply open, what holds letters of one target, and names that wait for paper. */
async function ofTargets(needs: ConsoleNeeds, visit: StaffVisit, say: Say): Promise<Task[]> {
  const { book, database, clock } = needs;
  const pauses = await database.read.find(pauseTable);
  const troubled = await troubledSites(database.read);
  const found: Task[] = [];
  for (const { id, timeZone } of book.targets) {
    const target = targetName(needs, visit, id);
    const href = `/console/targets/${id}`;
    const at = (since: number): string => visit.moment(since, timeZone).text;
    const task = (kind: TaskKind, level: Task['level'], since: number, reason = ''): Task =>
      say({ kind, level, href }, 'target', { target, time: at(since), reason });

    const pause = pauses.find(({ place }) => place === towards(id));
    if (pause) found.push(task('target-paused', 'urgent', pause.since, pause.reason));
    const site = troubled.find((each) => each.id === towards(id));
    if (site && breakerState(site, clock.now()) !== 'closed')
      found.push(task('target-trouble', 'urgent', site.since, site.reason));

    const { mode, since, reason } = await readChannel(database.read, id);
    const kind = kindOf[mode];
    if (kind) found.push(task(kind, kind === 'shut' ? 'urgent' : 'soon', since, reason));
    const names = (await partsOf(needs, id)).reduce((sum, part) => sum + part.names, 0);
    if (names > 0)
      found.push(
        say({ kind: 'names', level: 'urgent', href: '/console/petitions' }, 'petitions', {
          target,
          n: names.toLocaleString(visit.frame.dates),
        }),
      );
  }
  return found;
}
const kindOf: Readonly<Partial<Record<Channel['mode'], TaskKind>>> = {
  hand: 'shut',
  probing: 'probing',
  slowed: 'slowed',
};

async function ofStuck(needs: ConsoleNeeds, visit: StaffVisit, say: Say): Promise<Task[]> {
  const { config, book, database, clock } = needs;
  const now = clock.now();
  const stuck = await stuckTargets(database, book, { now, pacePerHour: config.PACE_PER_HOUR });
  const found = stuck.map(({ target, letters, since }) =>
    say({ kind: 'stuck', level: 'urgent', href: `/console/targets/${target}` }, 'target', {
      target: targetName(needs, visit, target),
      n: letters.toLocaleString(visit.frame.dates),
      time: visit.moment(since, book.target(target)?.timeZone).text,
    }),
  );
  if (await timersAreLate(database, now))
    found.push(say({ kind: 'timers', level: 'urgent', href: '/console/campaigns' }, 'campaign'));
  return found;
}

async function ofPetitions(needs: ConsoleNeeds, visit: StaffVisit, say: Say): Promise<Task[]> {
  const { book, database, clock } = needs;
  const { due } = visit.words(petitionWords);
  const failing = await findFailing(database.read);
  const overdue = await findOverdue(database.read, book, clock.now());
  return [
    ...failing.map(({ id, serial }) =>
      say({ kind: 'petition-failing', level: 'urgent', href: `/console/petitions/${id}` }, 'petition', { serial }),
    ),
    ...overdue.map(({ petition: { id, serial, target }, overdue: { why, since } }) =>
      say({ kind: 'petition-due', level: 'soon', href: `/console/petitions/${id}` }, 'petition', {
        serial,
        why: due[why],
        time: visit.moment(since, book.target(target)?.timeZone).text,
      }),
    ),
  ];
}

function ofCampaigns(needs: ConsoleNeeds, visit: StaffVisit, say: Say): Task[] {
  const { config, book, clock } = needs;
  const troubles = [...book.troubles.keys()].map((slug) =>
    say(
      { kind: 'campaign', level: 'soon', href: slug === '' ? '/console/campaigns' : campaignPath(slug) },
      'campaign',
      {
        campaign: campaignTitle(needs, visit, slug),
      },
    ),
  );
  // A rehearsal signs with keys of its own.
  if (config.SMTP_URL === undefined) return troubles;
  const signed = dkimDomains(config.DKIM_DIR ?? join(config.DATA_DIR, 'dkim'));
  const unsigned = book.campaigns
    .filter((campaign) => stateOf(campaign, clock.now()) === 'open')
    .map(({ slug, sender }) => ({ slug, domain: sender.address.slice(sender.address.lastIndexOf('@') + 1) }))
    .filter(({ domain }) => signed?.has(domain.toLowerCase()) === false)
    .map(({ slug, domain }) =>
      say({ kind: 'unsigned', level: 'soon', href: campaignPath(slug) }, 'campaign', {
        campaign: campaignTitle(needs, visit, slug),
        domain,
      }),
    );
  return [...troubles, ...unsigned];
}

const campaignPath = (slug: string): string => `/console/campaigns/${slug}`;
