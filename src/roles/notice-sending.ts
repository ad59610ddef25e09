/** What a mailer needs to send mails to signers. */
import { kindsOf } from '../notices/compile-notice.ts';
import type { SendNoticesNeeds } from '../notices/send-notices.ts';
import { createNoticeWriter, type WriteNoticeNeeds } from '../notices/write-notice.ts';
import type { RelayPool } from '../outbox/relay-pool.ts';
import { createReturnPaths } from '../outbox/return-path.ts';
import type { RoleNeeds } from './role.ts';

/**
 * Compiles the mails of all campaigns, so that it is done before the first letter is claimed: the layout engine holds
 * the whole process up while it loads, and no lease may run meanwhile.
 */
export async function noticeSending(
  needs: RoleNeeds,
  pool: RelayPool,
  sign: WriteNoticeNeeds['sign'],
): Promise<SendNoticesNeeds> {
  const { config, clock, log, keys, book, words, database, metrics, random, origin } = needs;
  const returnPath = createReturnPaths({ keys, domain: config.BOUNCE_DOMAIN, of: 'notice' }).make;
  const writer = createNoticeWriter({ database, keys, book, words, origin, returnPath, sign });
  for (const campaign of book.campaigns)
    for (const kind of kindsOf(campaign))
      for (const language of campaign.languages) await writer.prepare({ campaign: campaign.slug, language, kind });
  return { database, clock, keys, log, pool, random, writer, lease: config.LEASE, counted: metrics.notice };
}
