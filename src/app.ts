/** The one place where parts are made and joined. The service, the demo and the tests all start this. */
import { join } from 'node:path';
import { createCampaignBook } from './campaigns/campaign-book.ts';
import { loadCampaigns } from './campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from './campaigns/words.ts';
import { systemClock, type Clock } from './clock.ts';
import { createClosers, type Closers } from './closers.ts';
import type { Config } from './config.ts';
import type { Embassy } from './embassy/embassy.ts';
import { createSignatureIntake } from './intake/accept-signatures.ts';
import { startJourney } from './journey.ts';
import { assertInstallation } from './ledger/installation.ts';
import { readStanding } from './ledger/standing.ts';
import { finishErasures } from './ledger/take-back.ts';
import { openLetterTexts } from './letters/letter-texts.ts';
import { writeLetters } from './letters/write-letters.ts';
import { createLog, type Log } from './log.ts';
import { openMailRoom } from './mail-room.ts';
import { createMetrics } from './metrics.ts';
import type { DnsResolver } from './outbox/dns-resolver.ts';
import { makePetitionFiles, sweepPetitions } from './petitions/make-petition-files.ts';
import { createPetitionFiles, type PetitionFiles } from './petitions/petition-files.ts';
import { createEmbeddedQueue } from './queue/embedded-queue.ts';
import { openKeyRing } from './secrets.ts';
import type { Database } from './storage/database.ts';
import { openDatabase } from './storage/open-database.ts';
import { tables } from './tables.ts';
import { openFrontDoor } from './web/front-door.ts';
import { openOpsServer } from './web/ops-server.ts';

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

/**
 * Starts everything. Rejects with a sentence when a file, a key, the database or a port is wrong, after
 * closing what was open by then.
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
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLog(config.LOG_LEVEL);
  const keys = openKeyRing(config.DATA_DIR, config.SECRETS);
  const book = createCampaignBook(await loadCampaigns(config.CAMPAIGNS_DIR));
  const words = await loadWords(wordsFolder);
  const database = await openDatabase(config.DATABASE_URL, tables);
  closers.add(() => database.close());
  await assertInstallation(database, { book, rehearsal: config.SMTP_URL === undefined, now: clock.now() });
  const texts = await openLetterTexts({ database, clock }, book.campaigns);
  const metrics = createMetrics(() => readStanding(database, book, clock));
  const queue = createEmbeddedQueue({
    onError(step, error) {
      metrics.stepFailed(step);
      log.error({ step, reason: error.message, stack: error.stack }, 'a step failed');
    },
  });
  const mailNeeds = { config, clock, log, keys, book, database, queue, texts, metrics, resolver: options.resolver };
  const mailRoom = await openMailRoom({ ...mailNeeds, random: options.random ?? Math.random }, closers);
  const files = createPetitionFiles(join(config.DATA_DIR, 'petitions'));
  const petitions = {
    database,
    clock,
    book,
    words,
    files,
    made: () => metrics.petition('files-made'),
    failed(error: Error) {
      metrics.stepFailed('make-petition-files');
      log.error({ step: 'make-petition-files', reason: error.message }, 'a step failed');
    },
  };
  const intake = createSignatureIntake({
    database,
    clock,
    keys,
    writeLetters: (transaction, signed) => writeLetters({ clock }, transaction, signed),
    counted: metrics.signature,
  });
  const door = await openFrontDoor({
    config,
    clock,
    log,
    keys,
    book,
    words,
    database,
    queue,
    files,
    intake,
    metrics,
    review: mailRoom.review,
  });
  closers.add(door.close);
  let closing = false;
  const ready = async (): Promise<void> => {
    if (closing) throw new Error('stopping');
    await database.read.query('select 1');
  };
  const ops = await openOpsServer({ metrics, ready }, { host: config.OPS_HOST, port: config.OPS_PORT });
  closers.add(ops.close);

  startJourney(queue, config, {
    ...mailRoom.steps,
    makePetitionFiles: (job) => makePetitionFiles(petitions, job.petitionId),
    sweepPetitions: () => sweepPetitions(petitions),
    finishErasures: () => finishErasures({ database, clock }),
  });
  log.info({ origin: door.origin, campaigns: book.campaigns.length }, 'todoke is ready');

  return {
    origin: door.origin,
    opsUrl: `http://${config.OPS_HOST}:${ops.port}`,
    bouncePort: mailRoom.bouncePort,
    database,
    files,
    embassy: mailRoom.embassy,
    async close() {
      // No new work; what was claimed goes back or comes to its end; then the ground it stands on.
      closing = true;
      const idle = queue.close();
      await Promise.all([mailRoom.stopSending(), door.close()]);
      await intake.drain();
      await idle;
      await closers.closeAll();
    },
  };
}
