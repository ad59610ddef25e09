/** The one place where parts are made and joined. The service, the demo and the tests all start this. */
import { join } from 'node:path';
import { createCampaignBook } from './campaigns/campaign-book.ts';
import { loadCampaigns } from './campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from './campaigns/words.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Config } from './config.ts';
import { startEmbassy, type Embassy } from './embassy/embassy.ts';
import { accepts } from './embassy/personalities.ts';
import { createSignatureIntake } from './intake/accept-signatures.ts';
import { readReceiptToken, receiptToken } from './intake/receipt-token.ts';
import { startJourney } from './journey.ts';
import { readReceipt } from './ledger/receipt.ts';
import { readStanding } from './ledger/standing.ts';
import { erase, finishErasures, withdraw } from './ledger/take-back.ts';
import { openLetterTexts } from './letters/letter-texts.ts';
import { writeLetters } from './letters/write-letters.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { readChannel } from './outbox/channel-table.ts';
import { createDmarcPolicies } from './outbox/dmarc-policy.ts';
import { createDnsResolver, type DnsResolver } from './outbox/dns-resolver.ts';
import { createRelayPool, relayOf } from './outbox/relay-pool.ts';
import { releaseLetters } from './outbox/release-letters.ts';
import { createReturnPaths } from './outbox/return-path.ts';
import { sendLetters } from './outbox/send-letters.ts';
import { chooseIdentity } from './outbox/sender-identity.ts';
import { openSigners } from './outbox/signers.ts';
import { createAttemptRecorder } from './outcomes/record-attempt.ts';
import { recordReport } from './outcomes/record-report.ts';
import { listenForReturnedMail } from './outcomes/returned-mail-listener.ts';
import { reviewAllChannels, reviewChannel } from './outcomes/review-channel.ts';
import { sweepOverdue } from './outcomes/sweep-overdue.ts';
import { makePetitionFiles, sweepPetitions } from './petitions/make-petition-files.ts';
import { createPetitionFiles, type PetitionFiles } from './petitions/petition-files.ts';
import { createEmbeddedQueue } from './queue/embedded-queue.ts';

import { openKeyRing } from './secrets.ts';
import type { Database } from './storage/database.ts';
import { openDatabase } from './storage/open-database.ts';
import { tables } from './tables.ts';
import { AppError, asError } from './errors.ts';
import { openHttp } from './web/http-server.ts';
import { openOpsServer } from './web/ops-server.ts';
import { createKeyGuard } from './web/require-key.ts';
import { createServer } from './web/server.ts';

export interface App {
  /** Where the pages and the API answer. */
  origin: string;
  opsUrl: string;
  bouncePort: number;
  database: Database;
  files: PetitionFiles;
  /** Present while SMTP_URL is unset. */
  embassy: Embassy | undefined;
  close(): Promise<void>;
}

/** What a test or the demo may put in the place of the real thing. */
export interface AppOptions {
  clock?: Clock;
  log?: Log;
  resolver?: DnsResolver;
  random?: () => number;
}

/** Starts everything. Rejects with a sentence when a file, a key, the database or a port is wrong. */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLog(config.LOG_LEVEL);
  const random = options.random ?? Math.random;
  const keys = openKeyRing(config.DATA_DIR, config.SECRETS);
  const book = createCampaignBook(await loadCampaigns(config.CAMPAIGNS_DIR));
  const words = await loadWords(wordsFolder);
  const database = await openDatabase(config.DATABASE_URL, tables);
  const texts = await openLetterTexts({ database, clock }, book.campaigns);
  const metrics = createMetrics(() => readStanding(database, book, clock));
  const queue = createEmbeddedQueue({
    onError(step, error) {
      metrics.stepFailed(step);
      log.error({ step, reason: error.message, stack: error.stack }, 'a step failed');
    },
  });
  const paths = createReturnPaths({ keys, domain: config.BOUNCE_DOMAIN });
  const listener = await listenForReturnedMail(
    { database, clock, log, queue, paths, counted: metrics.returnedMail },
    { host: config.BOUNCE_HOST, port: config.BOUNCE_PORT },
  );
  const embassy = config.SMTP_URL === undefined ? await rehearse(log, config, listener.port) : undefined;
  const signers = await openSigners({
    log,
    dir: config.DKIM_DIR ?? join(config.DATA_DIR, 'dkim'),
    domains: book.campaigns.map((campaign) => campaign.sender.address),
    mayMake: embassy !== undefined,
    unsigned: metrics.unsigned,
  });
  const resolver = options.resolver ?? createDnsResolver();
  const policies = createDmarcPolicies({ ...resolver, clock });
  const pool = createRelayPool({
    relay: relayOf(config.SMTP_URL ?? embassy?.url ?? '', config.SMTP_NAME),
    connections: config.SMTP_CONNECTIONS,
  });
  const files = createPetitionFiles(join(config.DATA_DIR, 'petitions'));
  const intake = createSignatureIntake({
    database,
    clock,
    keys,
    writeLetters: (transaction, signed) => writeLetters({ clock }, transaction, signed),
    counted: metrics.signature,
  });

  const paused = (reason: string): void => {
    metrics.sitePause();
    log.error({ reason }, 'all sending is paused: the trouble is ours');
  };
  const waits = {
    bounceWait: config.BOUNCE_WAIT,
    inDoubtWait: config.IN_DOUBT_WAIT,
    giveUpAfter: config.GIVE_UP_AFTER,
  };
  const shared = { database, clock, log, queue, book, random };
  const recorder = createAttemptRecorder({
    ...shared,
    ...waits,
    counted: metrics.outcome,
    attempted: metrics.attempt,
    paused,
  });
  const review = { ...shared, probeAfter: config.PROBE_AFTER, switched: metrics.channelSwitch };
  const sending = {
    ...shared,
    pool,
    lease: config.LEASE,
    letterText: texts.of,
    identityOf: async (campaign: string, signerAddress: string) => {
      const setting = book.find(campaign)?.sender;
      return setting ? chooseIdentity({ setting, signerAddress, heldDomains: signers.domains, policies }) : 'reply-to';
    },
    sign: signers.sign,
    returnPath: paths.make,
    record: recorder.record,
    timed: metrics.stages,
  };
  const petitions = { ...shared, files, words, made: () => metrics.petition('files-made') };

  let origin = config.ORIGIN ?? '';
  const targetsOf = (slug: string) => book.find(slug)?.targets.map((target) => target.id) ?? [];
  const receiptOf = async (token: string) => {
    const eventId = readReceiptToken(keys, token);
    return eventId === undefined ? undefined : readReceipt(database, eventId, targetsOf);
  };
  const eventOf = (token: string): string => {
    const eventId = readReceiptToken(keys, token);
    if (eventId === undefined) throw new AppError('not-found', 'There is no such receipt.');
    return eventId;
  };
  const guard = createKeyGuard({ database, now: clock.now });
  const keepOpen = config.KEEP_OPEN;
  const server = await openHttp(
    createServer({
      log,
      origin: () => origin,
      signatures: {
        book,
        clock,
        keepOpen,
        guard,
        accept: intake.accept,
        receiptUrl: (id) => `${origin}/receipts/${receiptToken(keys, id)}`,
        refused: () => metrics.signature('refused'),
      },
      campaigns: { database, book, clock, guard, review },
      petitions: { database, clock, queue, book, guard, files, event: metrics.petition },
      pages: {
        book,
        words,
        clock,
        keepOpen,
        channelOf: async (target) => (await readChannel(database.read, target)).mode,
        accept: intake.accept,
        receiptToken: (id) => receiptToken(keys, id),
        receiptOf,
        withdraw: (token) => withdraw({ database, clock }, eventOf(token)),
        erase: (token) => erase({ database, clock }, eventOf(token)),
        failed: (thrown) => log.error({ reason: asError(thrown).message }, 'a page failed'),
      },
    }),
    { host: config.HOST, port: config.PORT },
  );
  origin ||= `http://${config.HOST}:${server.port}`;
  let closing = false;
  const ready = async (): Promise<void> => {
    if (closing) throw new Error('stopping');
    await database.read.query('select 1');
  };
  const ops = await openOpsServer({ metrics, ready }, { host: config.OPS_HOST, port: config.OPS_PORT });

  startJourney(queue, config, {
    sendLetters: (job) => sendLetters(sending, job.letterIds),
    readReport: (job) => recordReport({ ...shared, ...waits, counted: metrics.outcome }, job.returnedMailId),
    reviewChannel: async (job) => void (await reviewChannel(review, job.target)),
    makePetitionFiles: (job) => makePetitionFiles(petitions, job.petitionId),
    releaseLetters: () => releaseLetters({ ...shared, pacePerHour: config.PACE_PER_HOUR, lease: config.LEASE }),
    sweepOverdue: () => sweepOverdue({ ...shared, inDoubtWait: config.IN_DOUBT_WAIT }),
    reviewAllChannels: () => reviewAllChannels(review),
    sweepPetitions: () => sweepPetitions(petitions),
    finishErasures: () => finishErasures({ database, clock }),
  });
  log.info({ origin, campaigns: book.campaigns.length }, 'todoke is ready');

  return {
    origin,
    opsUrl: `http://${config.OPS_HOST}:${ops.port}`,
    bouncePort: listener.port,
    database,
    files,
    embassy,
    async close() {
      // First no new work, then what is under way, then the ground it stands on.
      closing = true;
      await server.close();
      await intake.drain();
      await queue.close();
      await pool.close();
      await listener.close();
      await embassy?.close();
      await ops.close();
      resolver.close();
      await database.close();
    },
  };
}

/** Without a relay nothing may leave this machine, and nobody may believe that it did. */
async function rehearse(log: Log, config: Config, bouncePort: number): Promise<Embassy> {
  log.warn(
    'SMTP_URL is not set: letters go to the SIMULATED EMBASSY on this machine. No real office receives anything.',
  );
  return startEmbassy({ personality: accepts(), bounceTo: { host: config.BOUNCE_HOST, port: bouncePort } });
}
