/** The road of queued letters through the real steps, stopped after each: released, written, claimed, sent, recorded. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { CampaignBook } from '../src/campaigns/campaign-book.ts';
import { hour, systemClock as clock } from '../src/clock.ts';
import type { KeyRing } from '../src/key-ring.ts';
import { createLog } from '../src/log.ts';
import type { DkimSigner } from '../src/outbox/dkim.ts';
import { createRelayPool, relayOf } from '../src/outbox/relay-pool.ts';
import { releaseLetters } from '../src/outbox/release-letters.ts';
import { createReturnPaths } from '../src/outbox/return-path.ts';
import { sendLetters, type Claimed, type SendLettersNeeds } from '../src/outbox/send-letters.ts';
import { createReviewAsker } from '../src/outcomes/ask-for-review.ts';
import { createAttemptRecorder } from '../src/outcomes/record-attempt.ts';
import type { Queue } from '../src/queue/queue.ts';
import type { Database } from '../src/storage/database.ts';
import { costWatch, type Cost } from './cost.ts';

export interface Way {
  database: Database;
  book: CampaignBook;
  letterText: SendLettersNeeds['letterText'];
  keys: KeyRing;
  signer: DkimSigner;
  senderDomain: string;
  sinkPort: number;
  connections: number;
}

/** Takes jobs down and runs none. */
function notebook(): { queue: Queue; jobs: { letterIds: readonly string[] }[] } {
  const jobs: { letterIds: readonly string[] }[] = [];
  const queue: Queue = {
    ask(name, job) {
      if (name === 'send-letters') jobs.push(job as { letterIds: readonly string[] });
      return Promise.resolve();
    },
    work: () => undefined,
    waiting: () => Promise.resolve(0),
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return { queue, jobs };
}

/** Takes exactly so many letters, which must be all that are due. */
export async function walkRoad(way: Way, letters: number): Promise<Record<string, Cost>> {
  const { database, book } = way;
  const { queue, jobs } = notebook();
  const watch = costWatch();
  // An hour's pace for a minute is what the first release makes up for.
  await releaseLetters({ database, clock, queue, book, pacePerHour: letters * 60 * 10, lease: hour });
  const costs: Record<string, Cost> = { release: watch(letters) };
  const released = jobs.reduce((sum, job) => sum + job.letterIds.length, 0);
  if (released !== letters) throw new Error(`${released} of ${letters} letters were released`);
  const pool = createRelayPool({
    relay: relayOf(`smtp://127.0.0.1:${way.sinkPort}`, 'localhost'),
    connections: way.connections,
  });
  const recorder = createAttemptRecorder({
    database,
    clock,
    reviews: createReviewAsker(queue),
    book,
    random: Math.random,
    lease: hour,
    bounceWait: hour,
    inDoubtWait: hour,
    giveUpAfter: hour,
    counted: () => undefined,
    attempted: () => undefined,
    held: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  for (const job of jobs) await oneJob(job.letterIds, { ...way, pool, recorder, costs, letters });
  await pool.close();
  return costs;
}

interface Tools extends Way {
  pool: ReturnType<typeof createRelayPool>;
  recorder: ReturnType<typeof createAttemptRecorder>;
  costs: Record<string, Cost>;
  letters: number;
}

/** One job as the mailer does it, with a stop after each stage: all letters are written, then all sent, then recorded. */
async function oneJob(letterIds: readonly string[], tools: Tools): Promise<void> {
  const { database, book, pool, recorder, costs, letters } = tools;
  const add = (stage: string, { thread, wall }: Cost): void => {
    const before = costs[stage] ?? { thread: 0, wall: 0 };
    costs[stage] = { thread: before.thread + thread, wall: before.wall + wall };
  };
  const mails: Parameters<SendLettersNeeds['pool']['send']>[0][] = [];
  const claimed: Claimed[] = [];
  const reply = { stage: 'dot', code: 250, enhanced: '2.0.0', text: 'fine' } as const;
  let watch = costWatch();
  const point = (name: unknown): void => {
    if (name !== 'before-intent' && name !== 'after-intent') return;
    add(name === 'before-intent' ? 'read, merge, compose, sign' : 'claim', watch(letters));
    watch = costWatch();
  };
  subscribe('todoke.point', point);
  await sendLetters(
    {
      database,
      clock,
      book,
      log: createLog('silent'),
      lease: hour,
      letterText: tools.letterText,
      deadMailboxes: () => Promise.resolve(new Map()),
      identityOf: () => Promise.resolve('reply-to'),
      signingDomain: () => tools.senderDomain,
      sign: (_domain, message) => tools.signer.sign(message),
      returnPath: createReturnPaths({ keys: tools.keys, domain: 'bounce.todoke.example' }).make,
      pool: {
        send(mail) {
          mails.push(mail);
          return Promise.resolve({ result: { verdict: 'accepted', reply }, seconds: {} });
        },
        close: () => Promise.resolve(),
      },
      record: (each) => Promise.resolve(void claimed.push(each)),
      putBack: () => Promise.reject(new Error('a letter was put back')),
      timed: () => undefined,
    },
    { letterIds },
  );
  unsubscribe('todoke.point', point);
  watch = costWatch();
  const told = await Promise.all(mails.map((mail) => pool.send(mail, { mayStart: () => true, within: hour })));
  add('send', watch(letters));
  if (told.some((each) => each === 'not-started' || each.result.verdict !== 'accepted'))
    throw new Error('the sink did not take a letter');
  watch = costWatch();
  await Promise.all(claimed.map((each) => recorder.record(each, { verdict: 'accepted', reply })));
  add('record', watch(letters));
}
