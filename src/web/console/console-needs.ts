/** What the console is given by the app: every page picks from it what it needs. */
import type { LiveBook } from '../../campaigns/versions/live-book.ts';
import type { Words } from '../../campaigns/words.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { Activity } from '../../ledger/activity.ts';
import type { KeyRing } from '../../key-ring.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { HoldEvent } from '../../outbox/hold-event-table.ts';
import type { ReviewNeeds } from '../../outcomes/review-channel.ts';
import type { PetitionFiles } from '../../petitions/petition-files.ts';
import type { Queue } from '../../queue/queue.ts';
import type { Database } from '../../storage/database.ts';

export interface ConsoleNeeds {
  config: Config;
  clock: Clock;
  log: Log;
  keys: KeyRing;
  book: LiveBook;
  /** Words of the public pages. */
  words: Readonly<Record<string, Words>>;
  database: Database;
  queue: Queue;
  files: PetitionFiles;
  metrics: Metrics;
  review: ReviewNeeds;
  activity: Activity;
  /** Told when staff paused or resumed sending. */
  held(event: HoldEvent): void;
  /** Public address of the installation, for links. */
  origin(): string;
}
