/** Rows for tests of composition alone: two campaigns that write to one office, and signers, without a running service. */
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { newId } from '../../src/ids.ts';
import { eventTable, signatureTable } from '../../src/intake/signature-table.ts';
import { insertLetters, moveLetters } from '../../src/letters/letter-table.ts';
import type { Database } from '../../src/storage/database.ts';
import { insertRows } from '../../src/storage/write-rows.ts';
import { tables } from '../../src/tables.ts';
import type { MovableClock } from './movable-clock.ts';
import { intakeRow, letterRow } from './rows.ts';

export const office = 'office';
export const slugs = ['first', 'second'] as const;

/** As much of a campaign as composition asks for. */
export function aCampaign(slug: string, more: Partial<Campaign> = {}): Campaign {
  const campaign: Partial<Campaign> = {
    slug,
    version: 'v'.repeat(16),
    targets: [{ id: office }] as Campaign['targets'],
    period: { from: '2020-05-29', to: '2020-08-31', planned: true, timeZone: 'Asia/Tokyo' },
    ...more,
  };
  return campaign as Campaign;
}

/** Empties every table, and says that letters of both campaigns go to the office. */
export async function openGround(database: Database): Promise<void> {
  const { version } = aCampaign('x');
  await database.write(async (transaction) => {
    for (const { options } of tables) await transaction.query(`delete from ${options.name}`);
    for (const slug of slugs)
      await transaction.query(
        `insert into letter_text (campaign, version, target, language, compiled_at, letter) values ('${slug}', '${version}', '${office}', 'ja', 0, '{}')`,
      );
  });
}

/** Writes what people signed, all at this instant; gives the ids of their letters, which are those of their events too. */
export async function signAll(
  { database, clock }: { database: Database; clock: MovableClock },
  campaign: string,
  names: readonly string[],
  state: 'queued' | 'for_hand' = 'for_hand',
): Promise<string[]> {
  const now = clock.now();
  const ids = names.map(() => newId(clock));
  const { version } = aCampaign(campaign);
  await database.write(async (transaction) => {
    await insertRows(
      transaction,
      signatureTable,
      ids.map((id, n) => ({
        id,
        campaign,
        campaignVersion: version,
        source: 'test',
        personKey: id,
        name: names[n] ?? '',
        email: `${id}@mail.example`,
        phone: '0322223333',
        message: 'my own words',
        language: 'ja',
        consents: [],
        signedAt: now,
        acceptedAt: now,
        erasedAt: null,
      })),
    );
    await insertRows(
      transaction,
      eventTable,
      ids.map((id) => intakeRow(id, id)),
    );
    await insertLetters(
      transaction,
      ids.map((id) =>
        letterRow(id, {
          campaign,
          campaignVersion: version,
          target: office,
          createdAt: now,
          stateSince: now,
          dueAt: now,
        }),
      ),
      'signed',
    );
    if (state === 'for_hand')
      await moveLetters(
        transaction,
        ids.map((id) => ({ id, from: 'queued', to: 'for_hand', reason: 'mail is shut for this target' })),
        now,
      );
  });
  return ids;
}
