/** Answers of people: the list, and one answer for who may read it, which is written down each time. */
import { AppError, type FieldProblem } from '../../../errors.ts';
import { idPattern, madeAt } from '../../../ids.ts';
import { letterTable } from '../../../letters/letter-table.ts';
import { answerTable, type Answer } from '../../../outcomes/answer-table.ts';
import { answerText } from '../../../outcomes/answer-text.ts';
import { handleAnswer, listAnswers } from '../../../outcomes/answers.ts';
import { returnedMailTable } from '../../../outcomes/returned-mail-table.ts';
import { readRows } from '../../../storage/read-rows.ts';
import type { Moment } from '../../pages/page-dates.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { beforeOf, pageOf, rowsAPage, type Paged } from '../paging.ts';
import { partOf, zoneOf } from '../petitions/find-petition.ts';
import { actorNames, campaignTitle, targetName } from '../petitions/names-shown.ts';
import { counted } from '../petitions/standing.ts';
import { readReason } from '../petitions/read-reason.ts';
import { wrongIn } from '../targets/wrong-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { reviewWords } from './review-words.ts';

interface AnswerRow {
  id: string;
  at: Moment;
  target: string;
  campaign: string;
  way: string;
  isHandled: boolean;
  openWhat: string;
}

export interface AnswerList {
  paged: Paged<Answer>;
  rows: AnswerRow[];
  isAll: boolean;
}

/** One page of those that wait, or of all. */
export async function answerList(needs: ConsoleNeeds, visit: StaffVisit): Promise<AnswerList> {
  const { request } = visit;
  const isAll = request.query['answers'] === 'all';
  const question = { waiting: !isAll, before: beforeOf(request), most: rowsAPage + 1 };
  const paged = pageOf(await listAnswers(needs.database.read, question), request, '/console/review');
  return { paged, rows: await rowsOf(needs, visit, paged.rows), isAll };
}

async function rowsOf(needs: ConsoleNeeds, visit: StaffVisit, answers: readonly Answer[]): Promise<AnswerRow[]> {
  const words = visit.words(reviewWords);
  const ids = answers.map(({ letterId }) => letterId);
  const letters = new Map((await readRows(needs.database.read, letterTable, ids)).map((row) => [row.id, row]));
  return answers.map((answer) => {
    const { target = '', campaign = '' } = letters.get(answer.letterId) ?? {};
    // Its mail may be gone; the id of the answer is that of the mail.
    const at = visit.moment(madeAt(answer.id), zoneOf(needs, campaign));
    return {
      id: answer.id,
      at,
      target: targetName(needs, visit, target),
      campaign: campaignTitle(needs, visit, campaign),
      way: words.ways[answer.verdict ?? 'waiting'],
      isHandled: answer.handledAt !== null,
      openWhat: fill(words.answers['open-what'], { time: at.text }),
    };
  });
}

export function answerRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/review/answers/:id', 'personal', async (visit) => {
    const answer = await findAnswer(needs, visit);
    await visit.record('answer.read', answer.id);
    await showAnswer(needs, visit, answer);
  });
  const rule = { need: 'personal', recorded: { what: 'answer.handle' } } as const;
  door.post('/review/answers/:id/handle', rule, async (visit) => {
    const answer = await findAnswer(needs, visit);
    const read = readReason(visit);
    // The page that is shown again holds the answer again.
    if (read.problems) {
      await visit.record('answer.read', answer.id);
      return showAnswer(needs, visit, answer, read.problems);
    }
    await handleAnswer(needs, { id: answer.id, by: visit.signedIn.staff.id });
    await visit.done('/console/review#answers', visit.words(reviewWords).answer.done);
  });
}

async function findAnswer({ database }: ConsoleNeeds, visit: StaffVisit): Promise<Answer> {
  const id = partOf(visit, 'id');
  const answer = idPattern.test(id) ? await database.read.findOneBy(answerTable, { id }) : null;
  if (!answer) throw new AppError('not-found', 'There is no such answer.');
  return answer;
}

async function showAnswer(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  answer: Answer,
  problems: FieldProblem[] = [],
): Promise<void> {
  const words = visit.words(reviewWords);
  const mail = await needs.database.read.findOneBy(returnedMailTable, { id: answer.id });
  const [row] = await rowsOf(needs, visit, [answer]);
  const by = answer.handledBy ?? '';
  const nameOf = await actorNames(needs, [by]);
  const text = mail && mail.raw.length > 0 ? await answerText(mail.raw) : undefined;
  visit.show('review-answer', {
    title: words.answers.one,
    words,
    ...wrongIn(problems.length > 0 ? { form: 'handle', problems } : undefined),
    row,
    text,
    attachments:
      text && text.attachments > 0
        ? fill(words.answer.attachments, counted(visit, { n: text.attachments }))
        : undefined,
    handled:
      answer.handledAt === null
        ? undefined
        : fill(words.answer.handled, {
            by: by === 'rule' ? words.answer['by-itself'] : nameOf(by),
            time: visit.moment(answer.handledAt).text,
          }),
    form: visit.form,
  });
}
