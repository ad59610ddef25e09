/** Step on a timer: petitions are begun when the schedule of their campaign says so, once for each occasion. */
import { In } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Campaign, CompileSchedule } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { LetterState } from '../letters/letter-states.ts';
import { endedCampaigns, type Grace } from '../outbox/end-campaigns.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { beginPetition, planPetition } from './begin-petition.ts';
import { compileOccasionTable, holdOccasion, writeOccasion, type CompileOccasion } from './compile-occasion-table.ts';
import { latestOccasion } from './compile-schedule.ts';
import { countWaiting } from './waiting-names.ts';

interface Needs {
  database: Database;
  clock: Clock;
  queue: Pick<Queue, 'ask'>;
  book: CampaignBook;
  /** How long after a campaign's last day its mail goes on; undefined: campaigns do not end. */
  grace: Grace;
}

/** Letters in these states may still come to the waiting names, and then belong on the last petition. */
const onTheWay: readonly LetterState[] = ['held', 'queued', 'sending', 'in_doubt', 'refused', 'returned', 'accepted'];

/** Begins what is due. What cannot begin now, since another petition is being sealed, is due again at the next call. */
export async function compileOnSchedule(needs: Needs): Promise<void> {
  const ended = endedCampaigns(needs.book, needs.clock.now(), needs.grace);
  for (const campaign of needs.book.campaigns) {
    const schedule = campaign.petitionRules.compile;
    if (!schedule) continue;
    for (const { id: target } of campaign.targets) {
      await compileDue(needs, { campaign, schedule, target, hasEnded: ended.has(campaign.slug) });
    }
  }
}

interface Scheduled {
  campaign: Campaign;
  schedule: CompileSchedule;
  target: string;
  hasEnded: boolean;
}

async function compileDue(needs: Needs, scheduled: Scheduled): Promise<void> {
  const { campaign, schedule, target, hasEnded } = scheduled;
  const now = needs.clock.now();
  const date = latestOccasion(schedule, campaign.period.timeZone, now);
  if (date !== undefined) await take(needs, scheduled, { kind: 'clock', latest: date });
  if (schedule.atEnd && hasEnded && !(await isOnTheWay(needs.database, campaign.slug, target)))
    await take(needs, scheduled, { kind: 'end', latest: campaign.period.to });
  if (schedule.names === undefined) return;
  const waiting = await countWaiting(needs.database.read, { campaign: campaign.slug, target, signedUntil: now });
  // Sealed names wait no more: this occasion needs no row of its own.
  if (waiting.names >= schedule.names) await begin(needs, scheduled, undefined);
}

type Occasion = Pick<CompileOccasion, 'kind' | 'latest'>;

async function take(needs: Needs, scheduled: Scheduled, occasion: Occasion): Promise<void> {
  const { campaign, target } = scheduled;
  const key = { campaign: campaign.slug, target, kind: occasion.kind };
  const known = await needs.database.read.findOneBy(compileOccasionTable, key);
  if (known?.latest === occasion.latest) return;
  // A calendar that is new begins with its next day, not with one before anybody wrote it down.
  const isNew = known === null && occasion.kind === 'clock';
  if (isNew) await needs.database.write((transaction) => writeOccasion(transaction, row(needs, scheduled, occasion)));
  else await begin(needs, scheduled, occasion);
}

/** Begins a petition and notes its occasion in one commit; notes it alone when no name waits. */
async function begin(needs: Needs, scheduled: Scheduled, occasion: Occasion | undefined): Promise<void> {
  const { database, clock, queue } = needs;
  const plan = await orConflict(
    planPetition(needs, { campaigns: [scheduled.campaign], target: scheduled.target, by: 'schedule' }),
  );
  if (plan === 'conflict' && occasion === undefined) return;
  const begun = await orConflict(
    database.write(async (transaction) => {
      const key = { campaign: scheduled.campaign.slug, target: scheduled.target };
      const held = occasion && (await holdOccasion(transaction, { ...key, kind: occasion.kind }));
      if (occasion && held?.latest === occasion.latest) return undefined;
      const petition = plan === 'conflict' ? undefined : await beginPetition(transaction, clock, plan);
      if (occasion)
        await writeOccasion(transaction, { ...row(needs, scheduled, occasion), petitionId: petition?.id ?? null });
      return petition;
    }),
  );
  if (begun === undefined || begun === 'conflict') return;
  await queue.ask('finish-petition', { petitionId: begun.id });
}

function row({ clock }: Needs, { campaign, target }: Scheduled, occasion: Occasion): CompileOccasion {
  return { campaign: campaign.slug, target, ...occasion, at: clock.now(), petitionId: null };
}

async function orConflict<T>(work: Promise<T>): Promise<T | 'conflict'> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'conflict') return 'conflict';
    throw thrown;
  }
}

async function isOnTheWay(database: Database, campaign: string, target: string): Promise<boolean> {
  return database.read.existsBy(letterTable, { campaign, target, state: In([...onTheWay]) });
}
