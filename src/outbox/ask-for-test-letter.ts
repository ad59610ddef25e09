/** Step: a member of staff asks for the letter of a campaign in her own mailbox. */
import { MoreThan } from 'typeorm';
import type { Campaign, Target } from '../campaigns/campaign.ts';
import { type Clock, day, hour } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { type CompiledLetter, mergeLetter } from '../letters/merge-letter.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { composeMessage } from './message.ts';
import { type TestLetter, testLetterTable } from './test-letter-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
  queue: Pick<Queue, 'ask'>;
}

export interface TestLetterWish {
  campaign: Campaign;
  target: Target;
  language: string;
  letter: CompiledLetter;
  /** Stands under the letter. */
  name: string;
  message: string | undefined;
  /** Marks the subject. */
  mark: string;
  staff: { id: string; address: string };
  /** Written in the same transaction: the audit log. */
  recorded(transaction: Transaction, testLetterId: string): Promise<void>;
}

/** A person looks at a few; a stolen session sends no flood. */
const mostAnHour = 10;

/**
 * Stores the message and asks a mailer to send it. Gives its id.
 * @throws {AppError} `conflict` when the address is a target's or too many were asked for, `invalid` for an address
 * that cannot stand in a mail.
 */
export async function askForTestLetter(needs: Needs, wish: TestLetterWish): Promise<string> {
  const { campaign, target, language, staff } = wish;
  const address = staff.address.toLowerCase();
  if (campaign.targets.some(({ mailboxes }) => mailboxes.some((mailbox) => mailbox.toLowerCase() === address)))
    throw refused('address', 'A test never goes to a target: your login is the address of one.');
  const now = needs.clock.now();
  const id = newId(needs.clock);
  const merged = mergeLetter(wish.letter, { name: wish.name, message: wish.message });
  const message = composeMessage({
    letterId: id,
    identity: 'reply-to',
    signer: { name: wish.name, address },
    organisation: wish.letter.organisation,
    senderAddress: wish.letter.sender,
    to: { name: wish.letter.addressee, address },
    language,
    ...merged,
    subject: `${wish.mark} ${merged.subject}`,
    date: now,
  });
  const row: TestLetter = {
    id,
    campaign: campaign.slug,
    version: campaign.version,
    target: target.id,
    language,
    askedBy: staff.id,
    askedAt: now,
    sender: wish.letter.sender,
    recipient: address,
    message,
    dueAt: now,
    tries: 0,
    startedAt: null,
    endedAt: null,
    verdict: null,
    reply: null,
  };
  await needs.database.write(async (transaction) => {
    const asked = await transaction.countBy(testLetterTable, { askedBy: staff.id, askedAt: MoreThan(now - hour) });
    if (asked >= mostAnHour)
      throw refused('rate', `Not more than ${mostAnHour} tests an hour: wait a while, or use the preview.`);
    await insertRows(transaction, testLetterTable, [row]);
    await wish.recorded(transaction, id);
  });
  await needs.queue.ask('send-test-letter', { testLetterId: id });
  return id;
}

/** `field` tells a page which of the two it was. */
function refused(field: 'address' | 'rate', problem: string): AppError {
  return new AppError('conflict', problem, { fields: [{ field, problem }] });
}

/** The tests somebody asked for in the last day, the newest first, without their messages. */
export async function testLettersOf(database: Database, campaign: string, askedBy: string, now: number) {
  return database.read.find(testLetterTable, {
    select: { id: true, language: true, target: true, askedAt: true, endedAt: true, verdict: true, reply: true },
    where: { askedBy, askedAt: MoreThan(now - day), campaign },
    order: { askedAt: 'DESC' },
    take: 5,
  });
}
