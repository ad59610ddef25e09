/** The role that listens for returned mail, reads it, and looks at channels when something was heard. */
import { createReturnPaths } from '../outbox/return-path.ts';
import { recordReport } from '../outcomes/record-report.ts';
import { listenForReturnedMail } from '../outcomes/returned-mail-listener.ts';
import { reviewChannel } from '../outcomes/review-channel.ts';
import { reviewNeedsOf, waitsOf, type RoleNeeds } from './role.ts';

/** Opens the bounce listener and starts reading. Gives the port it listens on. */
export async function openReports(needs: RoleNeeds): Promise<number> {
  const { config, clock, log, book, database, queue, metrics, random, closers } = needs;
  const shared = { database, clock, log, queue, book, random };
  const paths = createReturnPaths({ keys: needs.keys, domain: config.BOUNCE_DOMAIN });
  const listener = await listenForReturnedMail(
    { database, clock, log, queue, paths, counted: metrics.returnedMail },
    { host: config.BOUNCE_HOST, port: config.BOUNCE_PORT },
  );
  closers.add(listener.close);
  const reading = { ...shared, ...waitsOf(needs), counted: metrics.outcome };
  queue.work('read-report', (job) => recordReport(reading, job.returnedMailId), 4);
  const review = reviewNeedsOf(needs);
  queue.work('review-channel', async (job) => void (await reviewChannel(review, job.target)), 1);
  return listener.port;
}
