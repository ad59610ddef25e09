/** The mailboxes of a target: which one is used, which is dead, and what says so. Addresses only for who looks after them. */
import type { Target } from '../../../campaigns/campaign.ts';
import { chooseMailbox } from '../../../outbox/choose-mailbox.ts';
import { mailboxNews, type MailboxNews } from '../../../outcomes/dead-mailboxes.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { heardView, withoutSigners, type HeardView } from './heard-view.ts';
import { targetWords } from './target-words.ts';

export interface MailboxView {
  number: number;
  name: string;
  /** Undefined for who may not see it. */
  address: string | undefined;
  state: 'used' | 'spare' | 'dead' | 'doubted';
  text: string;
  heard: readonly HeardView[];
}

const mostShown = 10;

export async function mailboxViews(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  target: Target,
  zone: string | undefined,
): Promise<MailboxView[]> {
  const words = visit.words(targetWords).mailboxes;
  const news = await mailboxNews(needs, needs.database.read, [target.id]);
  const known = new Map(news.map((each) => [each.mailbox, each]));
  const dead = new Set(news.filter((each) => each.dead).map(({ mailbox }) => mailbox));
  const used = chooseMailbox({ doubts: 0, mailbox: null }, target.mailboxes, dead);
  const views: MailboxView[] = [];
  for (const [index, mailbox] of target.mailboxes.entries()) {
    const heard = known.get(mailbox);
    const rows = await withoutSigners(needs, heard?.heard.slice(0, mostShown) ?? []);
    views.push({
      number: index + 1,
      name: fill(words.name, { n: index + 1 }),
      address: visit.may('channels') ? mailbox : undefined,
      state: heard?.dead ? 'dead' : heard ? 'doubted' : mailbox === used ? 'used' : 'spare',
      text: textOf(visit, heard, zone),
      heard: heardView(visit, rows, zone),
    });
  }
  return views;
}

function textOf(visit: StaffVisit, news: MailboxNews | undefined, zone: string | undefined): string {
  const words = visit.words(targetWords).mailboxes;
  if (!news) return '';
  if (!news.dead) return words['doubted-text'];
  const { since, until } = news.dead;
  return fill(words['dead-text'], {
    since: visit.moment(since, zone).text,
    until: visit.moment(until, zone).text,
  });
}
