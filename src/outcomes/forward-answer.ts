/** Step: what a person answered to a return path goes on to the signer, once, with the answer's own bytes. */
import { In, IsNull, LessThan } from 'typeorm';
import type { Words } from '../campaigns/words.ts';
import type { Clock, Instant } from '../clock.ts';
import { asError } from '../errors.ts';
import { signatureTable } from '../intake/signature-table.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { CompiledLetter } from '../letters/merge-letter.ts';
import type { Log } from '../log.ts';
import { backoff } from '../outbox/backoff.ts';
import { domainOf } from '../outbox/domain-name.ts';
import type { RelayPool } from '../outbox/relay-pool.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { composeAnswer, ownField } from './answer-message.ts';
import { answerTable, type Answer, type AnswerEnd } from './answer-table.ts';
import { headerFields } from './header-fields.ts';
import { returnedMailTable, type ReturnedMail } from './returned-mail-table.ts';

export interface ForwardAnswerNeeds {
  database: Database;
  clock: Clock;
  log: Log;
  pool: RelayPool;
  words: Readonly<Record<string, Words>>;
  /** Milliseconds within which a try must have ended. */
  lease: number;
  random: () => number;
  letterText(letter: Letter): Promise<CompiledLetter>;
  sign(domain: string, message: Buffer): Promise<Buffer>;
  counted(verdict: AnswerEnd): void;
}

/** Whoever knows a return path could use us to write to the signer: no letter brings more answers than this. */
const mostPerLetter = 5;
/** About two days of passing trouble. */
const mostTries = 16;

interface Claimed {
  answer: Answer;
  raw: Buffer;
  letter: Letter;
  signerAddress: string;
}

/** Notes, with the reading of the mail, that it is to go on. */
export async function noteAnswer(
  transaction: Transaction,
  mail: Pick<ReturnedMail, 'id' | 'letterId'>,
  now: Instant,
): Promise<void> {
  const { id, letterId } = mail;
  const way = { dueAt: now, tries: 0, startedAt: null, endedAt: null, verdict: null };
  await insertRows(transaction, answerTable, [{ id, letterId, ...way, handledAt: null, handledBy: null }]);
}

/** On a timer: answers whose reminder was lost, whose wait is over, or whose try died with its process. */
export async function sweepAnswers(needs: { database: Database; clock: Clock; queue: Queue }): Promise<void> {
  const due = await needs.database.read.find(answerTable, {
    select: { id: true },
    where: { endedAt: IsNull(), dueAt: LessThan(needs.clock.now()) },
    take: 100,
  });
  for (const { id } of due) await needs.queue.ask('forward-answer', { answerId: id });
}

/** Sends one answer on, if it still waits. The envelope sender is empty, so that nothing can come back. */
export async function forwardAnswer(needs: ForwardAnswerNeeds, answerId: string): Promise<void> {
  const claimed = await claim(needs, answerId);
  if (!claimed) return;
  const { answer, raw, letter, signerAddress } = claimed;
  const latestStart = needs.clock.now() + needs.lease * 0.2;
  let verdict: AnswerEnd | 'again' = 'again';
  try {
    const { organisation, sender, addressee } = await needs.letterText(letter);
    const { language } = letter;
    const mail = { id: answer.id, date: needs.clock.now(), language, organisation, senderAddress: sender, addressee };
    const message = composeAnswer(needs.words, { ...mail, signerAddress, raw });
    const bytes = await needs.sign(domainOf(sender) ?? '', message);
    const limits = { mayStart: () => needs.clock.now() <= latestStart, within: needs.lease * 0.75 };
    const said = await needs.pool.send({ from: '', to: signerAddress, envelopeId: answer.id, bytes }, limits);
    const heard = said === 'not-started' ? 'unreachable' : said.result.verdict;
    if (heard === 'accepted' || heard === 'refused' || heard === 'in_doubt') verdict = heard;
  } catch (thrown) {
    needs.log.error({ answer: answer.id, reason: asError(thrown).message }, 'an answer could not be sent on');
  }
  if (verdict === 'again' && answer.tries >= mostTries) verdict = 'given-up';
  await needs.database.write((transaction) => settle(needs, transaction, answer, verdict));
  if (verdict !== 'again') needs.counted(verdict);
}

async function settle(
  { clock, random }: ForwardAnswerNeeds,
  transaction: Transaction,
  { id, tries }: Answer,
  verdict: AnswerEnd | 'again',
): Promise<void> {
  const now = clock.now();
  const change: Partial<Answer> =
    verdict === 'again'
      ? { startedAt: null, dueAt: now + backoff(tries, undefined, random) }
      : { endedAt: now, verdict };
  await transaction.update(answerTable, { id, endedAt: IsNull() }, change);
  // What went in a circle, or has nobody to go to, asks for nobody's attention.
  if (verdict === 'own' || verdict === 'erased')
    await transaction.update(answerTable, { id, handledAt: IsNull() }, { handledAt: now, handledBy: 'rule' });
}

/** Commits the intent before anybody dials: what is found begun and not ended may have been sent, and is not sent again. */
async function claim(needs: ForwardAnswerNeeds, id: string): Promise<Claimed | undefined> {
  const now = needs.clock.now();
  let ended: AnswerEnd | undefined;
  const claimed = await needs.database.write(async (transaction): Promise<Claimed | undefined> => {
    ended = undefined;
    const answer = await transaction.findOne(answerTable, { where: { id }, ...locked(transaction) });
    if (!answer || answer.endedAt !== null || answer.dueAt > now) return undefined;
    const found = answer.startedAt === null ? await look(transaction, answer) : 'in_doubt';
    if (typeof found === 'string') {
      ended = found;
      await settle(needs, transaction, answer, found);
      return undefined;
    }
    const begun = { tries: answer.tries + 1, startedAt: now, dueAt: now + needs.lease };
    await transaction.update(answerTable, { id }, begun);
    return { ...found, answer: { ...answer, ...begun } };
  });
  if (ended) needs.counted(ended);
  return claimed;
}

/** What is sent and to whom, or why it is not. */
async function look(
  transaction: Transaction,
  { id, letterId }: Answer,
): Promise<Omit<Claimed, 'answer'> | 'erased' | 'own' | 'too-many'> {
  const mail = await transaction.findOneBy(returnedMailTable, { id });
  const letter = await transaction.findOneBy(letterTable, { id: letterId });
  const signature = letter && (await transaction.findOneBy(signatureTable, { id: letter.signatureId }));
  if (!mail || mail.raw.length === 0 || !letter || !signature?.email) return 'erased';
  const fields = headerFields(mail.raw);
  const isFromSigner = fields.get('from')?.some((from) => from.toLowerCase().includes(signature.email ?? ''));
  // What we sent on, or what the signer answered to it, must not come round again.
  if (fields.has(ownField.toLowerCase()) || isFromSigner) return 'own';
  const gone = await transaction.countBy(answerTable, { letterId, verdict: In(['accepted', 'in_doubt']) });
  return gone >= mostPerLetter ? 'too-many' : { raw: mail.raw, letter, signerAddress: signature.email };
}
