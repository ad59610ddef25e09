/** What needs a person, most pressing first: each task one sentence and the page to go to. */
import { join } from 'node:path';
import { stuckTargets, timersAreLate } from '../../../ledger/stuck-letters.ts';
import { readChannel } from '../../../outbox/channel-table.ts';
import { towards } from '../../../outbox/site-table.ts';
import { countUnhandledAnswers } from '../../../outcomes/answers.ts';
import { channelHistory } from '../../../outcomes/review-channel.ts';
import { countUnjudged } from '../../../outcomes/unknown-replies.ts';
import { findFailing, findOverdue } from '../../../petitions/overdue.ts';
import { dkimDomains } from '../../../secrets.ts';
import { stateOf } from '../campaigns/campaign-view.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { actorNames, campaignTitle, targetName } from '../petitions/names-shown.ts';
import { petitionWords } from '../petitions/petition-words.ts';
import { partsOf } from '../petitions/waiting-boxes.ts';
import { nowSentence, switchView } from '../targets/channel-view.ts';
import { zoneFor } from '../targets/find-target.ts';
import { holdsAt, type Holds } from '../targets/hold-view.ts';
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
export async function tasksFor(needs: ConsoleNeeds, visit: StaffVisit, holds: Holds): Promise<Task[]> {
  const { kinds, go: goes } = visit.words(todayWords).tasks;
  const say: Say = (task, go, values = {}) => ({ ...task, text: fill(kinds[task.kind], values), go: goes[go] });
  return [
    ...(await ofTargets(needs, visit, { say, holds })),
    ...(await ofStuck(needs, visit, say)),
    ...(await ofPetitions(needs, visit, say)),
    ...(await ofReview(needs, visit, say)),
    ...ofCampaigns(needs, visit, say),
    ...(visit.signedIn.staff.totpSecret === null
      ? [say({ kind: 'factor', level: 'soon', href: '/console/account' }, 'account')]
      : []),
  ].toSorted((one, other) => Number(one.level === 'soon') - Number(other.level === 'soon'));
}

/** Channels that are not simply open, what holds letters of one target, and names that wait for paper. */
async function ofTargets(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { say, holds }: { say: Say; holds: Holds },
): Promise<Task[]> {
  const { book, database } = needs;
  const found: Task[] = [];
  for (const { id } of book.targets) {
    const target = targetName(needs, visit, id);
    const zone = zoneFor(needs, id);
    const href = `/console/targets/${id}`;
    for (const { text, reason } of holdsAt(needs, visit, holds, { place: towards(id), zone }))
      found.push(say({ kind: 'held', level: 'urgent', href }, 'target', { target, text, reason }));
    const channel = await readChannel(database.read, id);
    if (channel.mode !== 'mail') {
      const level = channel.mode === 'hand' ? 'urgent' : 'soon';
      const why = await whyNow(needs, visit, id);
      const now = nowSentence(visit, channel, zone);
      found.push(say({ kind: 'channel', level, href }, 'target', { target, now, why }));
    }
    const names = (await partsOf(needs, id)).reduce((sum, part) => sum + part.names, 0);
    if (names > 0) {
      const n = names.toLocaleString(visit.frame.dates);
      found.push(say({ kind: 'names', level: 'urgent', href: '/console/petitions' }, 'petitions', { target, n }));
    }
  }
  return found;
}

/** The sentence of the newest switch: why the channel is as it is. */
async function whyNow(needs: ConsoleNeeds, visit: StaffVisit, target: string): Promise<string> {
  const [newest] = await channelHistory(needs.database, target, 1);
  if (!newest) return '';
  return switchView(visit, newest, { zone: zoneFor(needs, target), nameOf: await actorNames(needs, [newest.by]) }).why;
}

/** Answers of people and replies of servers that nobody has looked at. */
async function ofReview({ database }: ConsoleNeeds, visit: StaffVisit, say: Say): Promise<Task[]> {
  const waiting = [
    ['answers', await countUnhandledAnswers(database.read)],
    ['replies', await countUnjudged(database.read)],
  ] as const;
  return waiting
    .filter(([, n]) => n > 0)
    .map(([kind, n]) =>
      say({ kind, level: 'soon', href: '/console/review' }, 'review', { n: n.toLocaleString(visit.frame.dates) }),
    );
}

async function ofStuck(needs: ConsoleNeeds, visit: StaffVisit, say: Say): Promise<Task[]> {
  const { config, book, database, clock } = needs;
  const now = clock.now();
  const stuck = await stuckTargets(database, book, { now, pacePerHour: config.PACE_PER_HOUR });
  const found = stuck.map(({ target, letters, since }) =>
    say({ kind: 'stuck', level: 'urgent', href: `/console/targets/${target}` }, 'target', {
      target: targetName(needs, visit, target),
      n: letters.toLocaleString(visit.frame.dates),
      time: visit.moment(since, zoneFor(needs, target)).text,
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
        time: visit.moment(since, zoneFor(needs, target)).text,
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
