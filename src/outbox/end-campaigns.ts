/** Step on a timer: some time after a campaign has ended, letters that still wait for the mail go on paper. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock, Instant } from '../clock.ts';
import { isOver } from '../intake/signature.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';
import { channelTable } from './channel-table.ts';

/** Milliseconds for which mail goes on at its pace after a campaign's last day; undefined: campaigns do not end. */
export type Grace = number | undefined;

interface Needs {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  grace?: Grace;
}

/** Letters moved in one transaction. */
const bulk = 1_000;

/** Campaigns whose last day, in their own time zone, is longer ago than the grace. A planned end is an end. */
export function endedCampaigns(book: CampaignBook, now: Instant, grace: Grace): Set<string> {
  if (grace === undefined) return new Set();
  const ended = book.campaigns.filter((campaign) => isOver(campaign, now - grace));
  return new Set(ended.map(({ slug }) => slug));
}

/**
 * Moves what is left of ended campaigns to the waiting names. Until then letters leave at the same pace as ever: an
 * end is no reason for a flood. Letters that try a shut mailbox are few, and come to their own end.
 */
export async function endCampaigns({ database, clock, book, grace }: Needs): Promise<void> {
  const now = clock.now();
  const ended = endedCampaigns(book, now, grace);
  if (ended.size === 0) return;
  const probing = await database.read.find(channelTable, { select: { target: true }, where: { mode: 'probing' } });
  const left = new Set(probing.map(({ target }) => target));
  for (const { slug, targets } of book.campaigns.filter((campaign) => ended.has(campaign.slug))) {
    const waiting = targets.map(({ id }) => id).filter((id) => !left.has(id));
    let moved = waiting.length === 0 ? 0 : bulk;
    while (moved === bulk) moved = await endSome({ database, now }, slug, waiting);
  }
}

async function endSome(
  { database, now }: { database: Database; now: Instant },
  campaign: string,
  targets: readonly string[],
): Promise<number> {
  return database.write(async (transaction) => {
    const rows = await transaction
      .createQueryBuilder(letterTable, 'letter')
      .select('letter.id', 'id')
      .where('letter.campaign = :campaign and letter.state = :state and letter.target in (:...targets)', {
        campaign,
        state: 'queued',
        targets,
      })
      .limit(bulk)
      .getRawMany<{ id: string }>();
    const reason = 'the campaign has ended';
    await moveLetters(
      transaction,
      rows.map(({ id }) => ({ id, from: 'queued', to: 'for_hand', reason })),
      now,
    );
    return rows.length;
  });
}
