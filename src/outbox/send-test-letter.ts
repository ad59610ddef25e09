/** Step: a test letter goes to the member of staff who asked for it, through the relay that real letters use. */
import { IsNull, LessThan } from 'typeorm';
import { type Clock, minute } from '../clock.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { domainOf } from './domain-name.ts';
import type { RelayPool } from './relay-pool.ts';
import { type TestLetter, type TestLetterEnd, testLetterTable } from './test-letter-table.ts';

export interface SendTestLetterNeeds {
  database: Database;
  clock: Clock;
  pool: RelayPool;
  /** Milliseconds within which a try must have ended. */
  lease: number;
  sign(domain: string, message: Buffer): Promise<Buffer>;
}

/** Somebody waits for it at a screen: after a few tries the trouble itself is the answer. */
const mostTries = 4;

/** On a timer: test letters whose reminder was lost, or whose wait is over. */
export async function sweepTestLetters(needs: { database: Database; clock: Clock; queue: Queue }): Promise<void> {
  const due = await needs.database.read.find(testLetterTable, {
    select: { id: true },
    where: { endedAt: IsNull(), dueAt: LessThan(needs.clock.now()) },
    take: 100,
  });
  for (const { id } of due) await needs.queue.ask('send-test-letter', { testLetterId: id });
}

/** Sends one, if it still waits. The envelope sender is empty, so that nothing comes back into the ledger. */
export async function sendTestLetter(needs: SendTestLetterNeeds, id: string): Promise<void> {
  const { clock, pool, lease } = needs;
  const claimed = await claim(needs, id);
  if (!claimed) return;
  const latestStart = clock.now() + lease * 0.2;
  const bytes = await needs.sign(domainOf(claimed.sender) ?? '', claimed.message);
  const limits = { mayStart: () => clock.now() <= latestStart, within: lease * 0.75 };
  const said = await pool.send({ from: '', to: claimed.recipient, envelopeId: id, bytes }, limits);
  const heard = said === 'not-started' ? undefined : said.result;
  const reply = heard?.reply.text.slice(0, 1_000) ?? null;
  if (heard?.verdict === 'accepted' || heard?.verdict === 'refused') return end(needs, id, heard.verdict, reply);
  if (heard?.verdict === 'in_doubt') return end(needs, id, 'gone', reply);
  if (claimed.tries >= mostTries) return end(needs, id, 'given-up', reply);
  const later = { startedAt: null, dueAt: clock.now() + claimed.tries * minute, reply };
  await needs.database.write(
    async (transaction) => void (await transaction.update(testLetterTable, { id, endedAt: IsNull() }, later)),
  );
}

/** Commits the intent before anybody dials: what is found begun may have been sent, and is not sent again. */
async function claim({ database, clock, lease }: SendTestLetterNeeds, id: string): Promise<TestLetter | undefined> {
  const now = clock.now();
  return database.write(async (transaction) => {
    const row = await transaction.findOne(testLetterTable, { where: { id }, ...locked(transaction) });
    if (!row || row.endedAt !== null || row.dueAt > now) return undefined;
    if (row.startedAt !== null) {
      await transaction.update(testLetterTable, { id }, ended(now, 'gone', row.reply));
      return undefined;
    }
    const begun = { startedAt: now, tries: row.tries + 1, dueAt: now + lease };
    await transaction.update(testLetterTable, { id }, begun);
    return { ...row, ...begun };
  });
}

async function end(
  { database, clock }: SendTestLetterNeeds,
  id: string,
  verdict: TestLetterEnd,
  reply: string | null,
): Promise<void> {
  const change = ended(clock.now(), verdict, reply);
  await database.write(async (transaction) => void (await transaction.update(testLetterTable, { id }, change)));
}

/** What is kept of a test: that it was, and what the server said. */
function ended(now: number, verdict: TestLetterEnd, reply: string | null): Partial<TestLetter> {
  return { endedAt: now, verdict, reply, recipient: '', message: Buffer.alloc(0) };
}
