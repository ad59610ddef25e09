/** What a database is for, checked at start: rehearsal or real mail, and every campaign its letters need. */
import { EntitySchema, In, Not } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { LetterState } from '../letters/letter-states.ts';
import { instant, primary, word } from '../storage/columns.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';

interface Installation {
  id: 'this';
  kind: 'rehearsal' | 'real';
  since: Instant;
}

export const installationTable = new EntitySchema<Installation>({
  name: 'installation',
  columns: { id: primary(word(10)), kind: word(10), since: instant },
});

/** Letters that still need their campaign and target. */
const onTheWay: LetterState[] = ['held', 'queued', 'sending', 'in_doubt', 'for_hand', 'petitioned'];

/**
 * Refuses to mix rehearsal and real mail in one database: simulated deliveries must never count as real, nor a
 * real backlog go to the simulated embassy.
 */
export async function assertInstallation(database: Database, now: { rehearsal: boolean; now: Instant }): Promise<void> {
  const kind = now.rehearsal ? 'rehearsal' : 'real';
  await database.write(async (transaction) => {
    const known = await transaction.findOne(installationTable, { where: { id: 'this' }, ...locked(transaction) });
    const row: Installation = { id: 'this', kind, since: now.now };
    if (!known) return insertRows(transaction, installationTable, [row]);
    if (known.kind === kind) return;
    // Nobody signed yet: somebody only had a look at it.
    if (!(await transaction.exists(letterTable)))
      return void (await transaction.update(installationTable, { id: 'this' }, row));
    throw new AppError(
      'conflict',
      now.rehearsal
        ? 'This database holds real letters, and SMTP_URL is not set: set SMTP_URL, or DATABASE_URL to another database for a rehearsal.'
        : 'This database holds letters of a rehearsal with the simulated embassy: set DATABASE_URL to a fresh one for real mail.',
    );
  });
}

/** Refuses to start without a campaign or a target that letters wait for. */
export async function assertCampaigns(database: Database, book: CampaignBook): Promise<void> {
  const waiting = await database.read
    .createQueryBuilder(letterTable, 'letter')
    .select(['letter.campaign as campaign', 'letter.target as target', 'count(*) as n'])
    .where({ state: In(onTheWay) })
    .groupBy('letter.campaign')
    .addGroupBy('letter.target')
    .getRawMany<{ campaign: string; target: string; n: number | string }>();
  const stranded = waiting.filter(
    ({ campaign, target }) => !book.find(campaign)?.targets.some((each) => each.id === target),
  );
  if (stranded.length === 0) return;
  const list = stranded.map(({ campaign, target, n }) => `${n} to ${target} of ${campaign}`).join(', ');
  throw new AppError(
    'conflict',
    `Letters wait for a campaign or target that is not installed (${list}): put its files back.`,
  );
}

/** Targets that letters of a campaign wait for and that it does not name. */
export async function strandedBy(database: Database, { slug, targets }: Campaign): Promise<string[]> {
  const waiting = await database.read
    .createQueryBuilder(letterTable, 'letter')
    .select('distinct letter.target', 'target')
    .where({ campaign: slug, state: In(onTheWay), target: Not(In(targets.map(({ id }) => id))) })
    .getRawMany<{ target: string }>();
  return waiting.map(({ target }) => target);
}
