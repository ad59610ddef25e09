/** The public door: pages and API on one port, joined to the stages behind them. */
import { withoutDrafts } from '../campaigns/campaign-book.ts';
import type { LiveBook } from '../campaigns/versions/live-book.ts';
import type { Words } from '../campaigns/words.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AppError, asError } from '../errors.ts';
import type { SignatureIntake } from '../intake/accept-signatures.ts';
import { createSignatureLimits } from '../intake/limit-signatures.ts';
import { createProofOfWork } from '../intake/proof-of-work.ts';
import { readLinkToken, readReceiptToken, receiptToken } from '../intake/receipt-token.ts';
import type { KeyRing } from '../key-ring.ts';
import { confirmAddress, readConfirmation } from '../ledger/confirm-address.ts';
import { readOwnData } from '../ledger/own-data.ts';
import { receiptProof } from '../ledger/receipt-proof.ts';
import { readReceipt } from '../ledger/receipt.ts';
import { erase, withdraw } from '../ledger/take-back.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { askAgain } from '../notices/ask-again.ts';
import { stopNotices } from '../notices/stop-notices.ts';
import { readChannel } from '../outbox/channel-table.ts';
import { createReturnPaths } from '../outbox/return-path.ts';
import type { HoldEvent } from '../outbox/hold-event-table.ts';
import { openWebhooks, takeWebhook } from '../outcomes/intake/take-webhook.ts';
import type { NoticeDoor } from '../outcomes/store-returned-mail.ts';
import type { ReviewNeeds } from '../outcomes/review-channel.ts';
import type { PetitionFiles } from '../petitions/petition-files.ts';
import type { Counters } from '../queue/counters.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import type { ReportRouteNeeds } from './api/reports.ts';
import { createActivity } from '../ledger/activity.ts';
import { createCrossOrigin } from './cross-origin.ts';
import { openConsole } from './console/console-router.ts';
import { openHttp } from './http-server.ts';
import type { MailRouteNeeds } from './pages/mail-routes.ts';
import { createKeyGuard } from './require-key.ts';
import { createServer } from './server.ts';
import { createVisitors } from './visitor.ts';

interface FrontDoorNeeds {
  config: Config;
  clock: Clock;
  log: Log;
  keys: KeyRing;
  book: LiveBook;
  words: Readonly<Record<string, Words>>;
  database: Database;
  queue: Queue;
  counters: Counters;
  files: PetitionFiles;
  intake: SignatureIntake;
  metrics: Metrics;
  review: ReviewNeeds;
  /** Where reports about mails to signers go. */
  notices: NoticeDoor;
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
  const crossOrigin = createCrossOrigin({ database, now: clock.now });
  const limits = createSignatureLimits({ keys, counters: needs.counters });
  const visitors = createVisitors({
    trusted: config.TRUST_PROXY !== undefined,
    hidden: () => log.warn('a proxy stands in front and TRUST_PROXY is not set: limits for one network do not hold'),
  });
  const open = withoutDrafts(book);
  const targetsOf = (slug: string) => book.find(slug)?.targets.map((target) => target.id) ?? [];
  const { router, close: endStreams } = openConsole({
    ...needs,
    activity: createActivity({ database, clock }),
    origin: () => origin,
  });
  const app = createServer({
    log,
    console: router,
    origin: () => origin,
    trustProxy: config.TRUST_PROXY,
    signatures: {
      book: open,
      clock,
      keepOpen,
      guard,
      crossOrigin,
      limits,
      visitors,
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
      book: open,
      words,
      origin: () => origin,
      crossOrigin,
      clock,
      keepOpen,
      limits,
      puzzles: createProofOfWork({ keys, clock }),
      visitors,
      channelOf: async (target) => (await readChannel(database.read, target)).mode,
      accept: intake.accept,
      refused: () => metrics.signature('refused'),
      receiptToken: (id) => receiptToken(keys, id),
      receiptOf: async (token) => {
        const eventId = readReceiptToken(keys, token);
        return eventId === undefined ? undefined : readReceipt(database, eventId, targetsOf);
      },
      ownDataOf: async (token) => {
        const eventId = readReceiptToken(keys, token);
        return eventId === undefined ? undefined : readOwnData(database, eventId);
      },
      proofOf: async (token, serial) => {
        const eventId = readReceiptToken(keys, token);
        return eventId === undefined ? undefined : receiptProof({ database, keys, files }, eventId, serial);
      },
      withdraw: (token) => withdraw({ database, clock }, eventOf(token)),
      erase: (token) => erase({ database, clock }, eventOf(token)),
      failed: (thrown) => log.error({ reason: asError(thrown).message }, 'a page failed'),
    },
    mails: mailDoor(needs),
  });
  const server = await openHttp(app, { host: config.HOST, port: config.PORT });
  origin ||= `http://${config.HOST}:${server.port}`;
  return {
    origin,
    close() {
      const closed = server.close();
      endStreams();
      return closed;
    },
  };
}

/** What the links in our mails to signers lead to. */
function mailDoor({ clock, keys, database, book, words, metrics }: FrontDoorNeeds): MailRouteNeeds {
  const shared = { database, clock, keys };
  return {
    book,
    words,
    receiptToken: (id) => receiptToken(keys, id),
    async confirmationOf(token) {
      const id = readLinkToken(keys, 'confirm', token);
      return id === undefined ? undefined : readConfirmation(shared, id);
    },
    confirm: (signatureId) => confirmAddress(shared, signatureId),
    async askAgain(token) {
      const id = readReceiptToken(keys, token);
      return id !== undefined && askAgain(shared, id);
    },
    async newsOf(token) {
      const id = readLinkToken(keys, 'news', token);
      return id === undefined ? undefined : readConfirmation(shared, id);
    },
    async stopNews(signatureId) {
      await database.write((transaction) => stopNotices(transaction, signatureId, 'unsubscribed', clock.now()));
      metrics.notice('handed-over', 'unsubscribed');
    },
  };
}

/** Relays' webhooks end where returned mail does. */
function reportDoor({ config, clock, keys, database, queue, metrics, notices }: FrontDoorNeeds): ReportRouteNeeds {
  const paths = createReturnPaths({ keys, domain: config.BOUNCE_DOMAIN });
  const door = { database, clock, queue, paths, counted: metrics.returnedMail, notices };
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
