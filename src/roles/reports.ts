/** The role that speaks with others: listens for returned mail, reads it, looks at channels, and tells by webhooks. */
import type { HoldEvent } from '../outbox/hold-event-table.ts';
import { createReturnPaths } from '../outbox/return-path.ts';
import { imapPlaceOf } from '../outcomes/intake/imap-connection.ts';
import { watchMailbox } from '../outcomes/intake/imap-mailbox.ts';
import { recordReport } from '../outcomes/record-report.ts';
import { listenForReturnedMail } from '../outcomes/returned-mail-listener.ts';
import { reviewChannel } from '../outcomes/review-channel.ts';
import { reviewTrouble } from '../outcomes/review-trouble.ts';
import { sendWebhook } from '../webhooks/send-webhook.ts';
import { openNoticeDoor } from './notice-door.ts';
import { reviewNeedsOf, waitsOf, type RoleNeeds } from './role.ts';
import { tellOperators } from './tell-operators.ts';

/** Opens the bounce listener and starts reading. Gives the port it listens on. */
export async function openReports(needs: RoleNeeds): Promise<number> {
  const { config, clock, log, book, database, queue, metrics, random, closers } = needs;
  const shared = { database, clock, log, queue, book, random };
  const paths = createReturnPaths({ keys: needs.keys, domain: config.BOUNCE_DOMAIN });
  const door = {
    database,
    clock,
    log,
    queue,
    paths,
    counted: metrics.returnedMail,
    failed: metrics.mailboxAway,
    notices: openNoticeDoor(needs),
  };
  const listener = await listenForReturnedMail(door, {
    host: config.BOUNCE_HOST,
    port: config.BOUNCE_PORT,
    protocol: config.BOUNCE_PROTOCOL,
  });
  closers.add(listener.close);
  if (config.IMAP_URL !== undefined)
    closers.add(watchMailbox(door, imapPlaceOf(config.IMAP_URL, config.IMAP_STORED === 'remove')).close);
  const mismatched = (): void => metrics.returnedMail('mismatched');
  const reading = { ...shared, ...waitsOf(needs), counted: metrics.outcome, mismatched };
  queue.work('read-report', (job) => recordReport(reading, job.returnedMailId), 4);
  const review = reviewNeedsOf(needs);
  const troubles = { ...shared, held: (event: HoldEvent) => tellOperators(needs, event) };
  queue.work(
    'review-channel',
    async (job) => {
      await reviewChannel(review, job.target);
      await reviewTrouble(troubles, job.target);
    },
    1,
  );
  const telling = { database, clock, log, random, endpoints: config.WEBHOOKS, counted: metrics.webhook };
  queue.work('send-webhook', (job) => sendWebhook(telling, job), 4);
  return listener.port;
}
