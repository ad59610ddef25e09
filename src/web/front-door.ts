/** The public door: pages and API on one port, joined to the stages behind them. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Words } from '../campaigns/words.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AppError, asError } from '../errors.ts';
import type { SignatureIntake } from '../intake/accept-signatures.ts';
import { readReceiptToken, receiptToken } from '../intake/receipt-token.ts';
import type { KeyRing } from '../key-ring.ts';
import { readReceipt } from '../ledger/receipt.ts';
import { erase, withdraw } from '../ledger/take-back.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { readChannel } from '../outbox/channel-table.ts';
import { createReturnPaths } from '../outbox/return-path.ts';
import type { HoldEvent } from '../outbox/hold-event-table.ts';
import { openWebhooks, takeWebhook } from '../outcomes/intake/take-webhook.ts';
import type { ReviewNeeds } from '../outcomes/review-channel.ts';
import type { PetitionFiles } from '../petitions/petition-files.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import type { ReportRouteNeeds } from './api/reports.ts';
import { openHttp } from './http-server.ts';
import { createKeyGuard } from './require-key.ts';
import { createServer } from './server.ts';

interface FrontDoorNeeds {
  config: Config;
  clock: Clock;
  log: Log;
  keys: KeyRing;
  book: CampaignBook;
  words: Readonly<Record<string, Words>>;
  database: Database;
  queue: Queue;
  files: PetitionFiles;
  intake: SignatureIntake;
  metrics: Metrics;
  review: ReviewNeeds;
  /** Told when staff paused or resumed sending. */
  held(event: HoldEvent): void;
}

export interface FrontDoor {
  /** Public address, for links. */
  origin: string;
  close(): Promise<void>;
}

export async function openFrontDoor(needs: FrontDoorNeeds): Promise<FrontDoor> {
  const { config, clock, log, keys, book, words, database, queue, files, intake, metrics } = needs;
  let origin = config.ORIGIN ?? '';
  const keepOpen = config.KEEP_OPEN;
  const guard = createKeyGuard({ database, now: clock.now });
  const eventOf = (token: string): string => {
    const eventId = readReceiptToken(keys, token);
    if (eventId === undefined) throw new AppError('not-found', 'There is no such receipt.');
    return eventId;
  };
  const targetsOf = (slug: string) => book.find(slug)?.targets.map((target) => target.id) ?? [];
  const app = createServer({
    log,
    origin: () => origin,
    signatures: {
      book,
      clock,
      keepOpen,
      guard,
      accept: intake.accept,
      answered: intake.answered,
      receiptUrl: (id) => `${origin}/receipts/${receiptToken(keys, id)}`,
      refused: () => metrics.signature('refused'),
    },
    campaigns: { database, book, clock, guard, review: needs.review },
    holds: { database, book, clock, guard, pause: { database, clock, held: needs.held } },
    outcomes: { database, book, guard },
    reports: reportDoor(needs),
    petitions: { database, clock, queue, book, guard, files, event: metrics.petition },
    pages: {
      book,
      words,
      clock,
      keepOpen,
      channelOf: async (target) => (await readChannel(database.read, target)).mode,
      accept: intake.accept,
      refused: () => metrics.signature('refused'),
      receiptToken: (id) => receiptToken(keys, id),
      receiptOf: async (token) => {
        const eventId = readReceiptToken(keys, token);
        return eventId === undefined ? undefined : readReceipt(database, eventId, targetsOf);
      },
      withdraw: (token) => withdraw({ database, clock }, eventOf(token)),
      erase: (token) => erase({ database, clock }, eventOf(token)),
      failed: (thrown) => log.error({ reason: asError(thrown).message }, 'a page failed'),
    },
  });
  const server = await openHttp(app, { host: config.HOST, port: config.PORT });
  origin ||= `http://${config.HOST}:${server.port}`;
  return { origin, close: server.close };
}

/** Relays' webhooks end where returned mail does. */
function reportDoor({ config, clock, keys, database, queue, metrics }: FrontDoorNeeds): ReportRouteNeeds {
  const paths = createReturnPaths({ keys, domain: config.BOUNCE_DOMAIN });
  const door = { database, clock, queue, paths, counted: metrics.returnedMail };
  return {
    webhooks: openWebhooks({
      sesTopics: config.SES_TOPICS,
      snsEndpoint: config.SNS_ENDPOINT,
      sendgridKeys: config.SENDGRID_KEYS,
      mailgunKeys: config.MAILGUN_KEYS,
      postmarkLogins: config.POSTMARK_LOGINS,
      brevoTokens: config.BREVO_TOKENS,
    }),
    take: (webhook, request) => takeWebhook(door, webhook, request),
  };
}
