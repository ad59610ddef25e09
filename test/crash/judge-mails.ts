/** After a run: what became of the mails to signers. They may get lost in the moment of a crash, and never come twice. */
import { sideBySide } from '../../src/notices/send-notices.ts';
import { noticeTable } from '../../src/notices/notice-table.ts';
import { aSignature } from '../support/start-app.ts';
import type { World } from './world.ts';

export interface MailVerdict {
  /** Signers to whom the embassy took a mail of thanks. */
  thanked: number;
  /** Mails begun when something broke: they may have arrived, and are not sent again. */
  unsure: number;
  wrong: string[];
}

/** A fault that lasts may strike a mailer again when it has just begun anew. */
const timesAFault = 2;

/** How many mails may be in doubt after so many faults: each hurts every mailer, in the middle of what it has begun. */
export function mostUnsure({ parts }: World, faults: number): number {
  return faults * timesAFault * sideBySide * parts.filter(({ roles }) => roles.includes('mailer')).length;
}

/** How many people of one kind of mistake are told. */
const mostTold = 5;

/**
 * Everybody who got a 202 has one mail, and it ended: taken by the server, which has it exactly once, or in doubt, and
 * then the server has it once or not at all.
 */
export async function judgeMails(
  { database, mailbag }: World,
  accepted: ReadonlySet<number>,
  signatureOf: ReadonlyMap<string | null, string>,
): Promise<MailVerdict> {
  const notices = await database.read.find(noticeTable, {
    select: { signatureId: true, endedAt: true, verdict: true },
  });
  const noticesOf = Map.groupBy(notices, (notice) => notice.signatureId);
  const verdict: MailVerdict = { thanked: 0, unsure: 0, wrong: [] };
  const mistakes: string[] = [];
  for (const person of accepted) {
    const { email } = aSignature(person);
    const own = noticesOf.get(signatureOf.get(email) ?? '') ?? [];
    const came = mailbag.toSigners.get(email) ?? 0;
    const [notice] = own;
    if (came > 0) verdict.thanked += 1;
    if (notice?.verdict === 'in_doubt') verdict.unsure += 1;
    if (came > 1) mistakes.push(`person ${person} was written to ${came} times`);
    if (own.length !== 1) mistakes.push(`person ${person} has ${own.length} mails of thanks`);
    else if (notice?.verdict === 'accepted' && came === 0) mistakes.push(`the mail to person ${person} is lost`);
    else if (notice?.verdict !== 'accepted' && notice?.verdict !== 'in_doubt')
      mistakes.push(`the mail to person ${person} is ${notice?.endedAt === null ? 'not sent' : notice?.verdict}`);
  }
  verdict.wrong.push(...mistakes.slice(0, mostTold));
  if (mistakes.length > mostTold) verdict.wrong.push(`and ${mistakes.length - mostTold} mails more are wrong`);
  return verdict;
}
