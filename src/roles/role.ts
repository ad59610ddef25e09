/** What every role of the service is given; `app.ts` makes it once per process. */
import type { LiveBook } from '../campaigns/versions/live-book.ts';
import type { Words } from '../campaigns/words.ts';
import type { Clock } from '../clock.ts';
import type { Closers } from '../closers.ts';
import type { Config } from '../config.ts';
import type { KeyRing } from '../key-ring.ts';
import type { LetterTexts } from '../letters/letter-texts.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { DnsResolver } from '../outbox/dns-resolver.ts';
import type { ReviewNeeds } from '../outcomes/review-channel.ts';
import type { PetitionFiles } from '../petitions/petition-files.ts';
import type { Counters } from '../queue/counters.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';

export interface RoleNeeds {
  config: Config;
  clock: Clock;
  log: Log;
  keys: KeyRing;
  book: LiveBook;
  words: Readonly<Record<string, Words>>;
  database: Database;
  queue: Queue;
  counters: Counters;
  texts: LetterTexts;
  files: PetitionFiles;
  metrics: Metrics;
  resolver: DnsResolver | undefined;
  random: () => number;
  /** Public address of the pages, for links in mails; known once the ports are open. */
  origin(): string;
  /** Takes what a role opens; closed in reverse order after all work has ended. */
  closers: Closers;
}

/** What a role that works by itself gives back. */
export interface Running {
  /** Starts nothing new and resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** How long each wait of a letter is. */
export function waitsOf({ config }: Pick<RoleNeeds, 'config'>) {
  return {
    bounceWait: config.BOUNCE_WAIT,
    inDoubtWait: config.IN_DOUBT_WAIT,
    giveUpAfter: config.GIVE_UP_AFTER,
    lease: config.LEASE,
  };
}

/** What looking at a channel needs: reports, timers and staff all do. */
export function reviewNeedsOf({ database, clock, log, book, config, metrics }: RoleNeeds): ReviewNeeds {
  return {
    database,
    clock,
    log,
    book,
    probeAfter: config.PROBE_AFTER,
    pacePerHour: config.PACE_PER_HOUR,
    switched: metrics.channelSwitch,
  };
}
