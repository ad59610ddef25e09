/** The one place where parts are made and joined. The service, the demo and the tests all start this. */
import { join } from 'node:path';
import { type LiveBook, openLiveBook } from './campaigns/versions/live-book.ts';
import { loadWords, wordsFolder } from './campaigns/words.ts';
import { systemClock, type Clock } from './clock.ts';
import { createClosers, type Closers } from './closers.ts';
import type { Config } from './config.ts';
import type { Embassy } from './embassy/embassy.ts';
import { assertCampaigns, assertInstallation, strandedBy } from './ledger/installation.ts';
import { readStanding } from './ledger/standing.ts';
import { openLetterTexts } from './letters/letter-texts.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { DnsResolver } from './outbox/dns-resolver.ts';
import { createPetitionFiles } from './petitions/files/create-petition-files.ts';
import type { PetitionFiles } from './petitions/petition-files.ts';
import { createBullQueue } from './queue/bullmq-queue.ts';
import { createEmbeddedQueue } from './queue/embedded-queue.ts';
import type { Counters } from './queue/counters.ts';
import { createEmbeddedCounters } from './queue/embedded-counters.ts';
import type { Queue } from './queue/queue.ts';
import { openRedisCounters } from './queue/redis-counters.ts';
import { createTimers, type Timers } from './queue/timers.ts';
import { assertLinks } from './roles/assert-links.ts';
import { openMailer } from './roles/mailer.ts';
import { openPetitions } from './roles/petitions.ts';
import { openReports } from './roles/reports.ts';
import type { RoleNeeds } from './roles/role.ts';
import { openTimers } from './roles/timers.ts';
import { openWeb } from './roles/web.ts';
import { openKeyRing } from './secrets.ts';
import type { Database } from './storage/database.ts';
import { openDatabase } from './storage/open-database.ts';
import { tables } from './tables.ts';
import { openOpsServer } from './web/ops-server.ts';

export interface App {
  /** Where the pages and the API answer; empty without the role `web`. */
  origin: string;
  opsUrl: string;
  /** 0 without the role `reports`. */
  bouncePort: number;
  database: Database;
  files: PetitionFiles;
  /** Present in a mailer while SMTP_URL is unset. */
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

/**
 * Starts the roles of the configuration. Rejects with a sentence when a file, a key, the database or a port is
 * wrong, after closing what was open by then.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const closers = createClosers();
  try {
    return await start(config, options, closers);
  } catch (reason) {
    await closers.closeAll();
    throw reason;
  }
}

async function start(config: Config, options: AppOptions, closers: Closers): Promise<App> {
  const { ROLES: roles } = config;
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLog(config.LOG_LEVEL);
  const keys = openKeyRing(config.DATA_DIR, config.SECRETS);
  const words = await loadWords(wordsFolder);
  const database = await openDatabase(config.DATABASE_URL, tables, config.DATABASE_CONNECTIONS);
  closers.add(() => database.close());
  await assertInstallation(database, { rehearsal: config.SMTP_URL === undefined, now: clock.now() });
  const texts = await openLetterTexts({ database, clock }, []);
  const book = await openLiveBook({
    root: config.CAMPAIGNS_DIR,
    database,
    clock,
    log,
    words,
    strandedBy: (campaign) => strandedBy(database, campaign),
    // The text of a letter is kept before anybody can sign it; the other roles only read it.
    async prepare(campaign) {
      assertLinks(config, campaign);
      if (roles.has('web')) await texts.keep(campaign);
    },
  });
  await assertCampaigns(database, book);
  // Numbers of the whole installation come from one role, or they would be added up over all processes.
  const metrics = createMetrics(roles.has('timers') ? () => readStanding(database, book, clock) : undefined);
  const queue = await openQueue(config, log, metrics);
  closers.add(() => queue.close());
  const files = createPetitionFiles(config.FILES_URL, join(config.DATA_DIR, 'petitions'));
  if (roles.has('petitions') || roles.has('web')) await files.check();
  const { resolver, random = Math.random } = options;
  const counters = await openCounters(config, log, clock);
  closers.add(() => counters.close());
  const rows = { database, queue, counters, texts, files };
  let origin = config.ORIGIN ?? `http://${config.HOST}:${config.PORT}`;
  const parts = { config, clock, log, keys, book, words, metrics, resolver, random, closers };
  const needs: RoleNeeds = { ...rows, ...parts, origin: () => origin };

  let closing = false;
  const ready = async (): Promise<void> => {
    if (closing) throw new Error('stopping');
    await database.check();
  };
  const ops = await openOpsServer({ metrics, ready }, { host: config.OPS_HOST, port: config.OPS_PORT });
  closers.add(ops.close);

  const edits = watchCampaigns(book, config, { metrics, log });
  closers.add(edits.close);

  const bouncePort = roles.has('reports') ? await openReports(needs) : 0;
  const mailer = roles.has('mailer') ? await openMailer(needs, bouncePort || config.BOUNCE_PORT) : undefined;
  const petitions = roles.has('petitions') ? openPetitions(needs) : undefined;
  const web = roles.has('web') ? await openWeb(needs) : undefined;
  origin = web?.origin ?? origin;
  const timers = roles.has('timers') ? openTimers(needs) : undefined;
  log.info({ roles: [...roles], origin: web?.origin, campaigns: book.campaigns.length }, 'todoke is ready');

  return {
    origin: web?.origin ?? '',
    opsUrl: `http://${config.OPS_HOST}:${ops.port}`,
    bouncePort,
    database,
    files,
    embassy: mailer?.embassy,
    async close() {
      closing = true;
      if (config.STOP_DELAY > 0) await new Promise((resolve) => setTimeout(resolve, config.STOP_DELAY));
      // No new work; what was claimed goes back or comes to its end; then the ground it stands on.
      const idle = queue.close();
      await Promise.all([timers?.stop(), petitions?.stop(), mailer?.stop(), web?.stop()]);
      await idle;
      await closers.closeAll();
    },
  };
}

async function openCounters(config: Config, log: Log, clock: Clock): Promise<Counters> {
  if (config.REDIS_URL === undefined || !config.ROLES.has('web')) return createEmbeddedCounters(clock.now);
  const onError = (error: Error): void => log.error({ reason: error.message }, 'limits are not shared');
  return openRedisCounters({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, now: clock.now, onError });
}

/** Edits take effect in every process by itself, without a restart. */
function watchCampaigns(book: LiveBook, config: Config, { metrics, log }: { metrics: Metrics; log: Log }): Timers {
  const onError = (step: string, error: Error): void => {
    metrics.stepFailed(step);
    log.error({ step, reason: error.message }, 'a step failed');
  };
  const timers = createTimers({ elected: () => Promise.resolve(true), onError });
  timers.every('look-at-campaigns', config.CAMPAIGNS_EVERY, book.refresh);
  return timers;
}

async function openQueue(config: Config, log: Log, metrics: Metrics): Promise<Queue> {
  const events = {
    onError(step: string, error: Error) {
      metrics.stepFailed(step);
      log.error({ step, reason: error.message, stack: error.stack }, 'a step failed');
    },
  };
  if (config.REDIS_URL === undefined) return createEmbeddedQueue(events);
  const bullEvents = { ...events, log, rebuilt: metrics.workerRebuilt };
  return createBullQueue(config.REDIS_URL, bullEvents, { prefix: config.REDIS_PREFIX });
}
