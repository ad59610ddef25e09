/** Saying what a reply means, and the list of what was said. */
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { judgeReply } from '../../../outcomes/judge-reply.ts';
import { listJudgements, replyMeanings } from '../../../outcomes/reply-judgement-table.ts';
import { ruleDraft } from '../../../outcomes/rule-draft.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { beforeOf, pageOf, rowsAPage } from '../paging.ts';
import { partOf } from '../petitions/find-petition.ts';
import { actorNames } from '../petitions/names-shown.ts';
import { readForm } from '../read-form.ts';
import type { Wrong } from '../targets/wrong-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { replyText, stageName } from './reply-view.ts';
import { reviewWords } from './review-words.ts';

const judgeForm = z.object({
  meaning: z.enum(replyMeanings, 'other'),
  reason: z.string('reason').trim().min(3, 'reason').max(300, 'long'),
});

/** Keys are hashes: they stand in the audit log as they are. */
const keyPattern = /^[\w-]{43}$/;

export function judgeRoutes(
  door: Door,
  needs: ConsoleNeeds,
  showAgain: (visit: StaffVisit, wrong: Wrong) => Promise<void>,
): void {
  door.post('/review/replies/:id/judge', { need: 'channels', recorded: { what: 'reply.judge' } }, async (visit) => {
    const reply = partOf(visit, 'id');
    if (!keyPattern.test(reply)) throw new AppError('not-found', 'There is no such reply.');
    const read = readForm(visit.form, judgeForm, visit.frame.problems);
    if (read.problems) return showAgain(visit, { form: `reply-${reply}`, problems: read.problems });
    await judgeReply(needs, { reply, by: visit.signedIn.staff.id, ...read.value });
    await visit.done('/console/review', visit.words(reviewWords).replies.done);
  });

  door.get('/review/judged', 'read', async (visit) => {
    const { request } = visit;
    const words = visit.words(reviewWords);
    const question = { before: beforeOf(request), most: rowsAPage + 1 };
    const found = await listJudgements(needs.database.read, question);
    const paged = pageOf(found, request, '/console/review/judged');
    const nameOf = await actorNames(
      needs,
      paged.rows.map(({ by }) => by),
    );
    visit.show('review-judged', {
      title: words.judged.title,
      words,
      paged,
      meanings: meaningChoices(visit),
      canJudge: visit.may('channels'),
      rows: paged.rows.map((row) => ({
        id: row.id,
        reply: row.reply,
        said: replyText(visit, row),
        where: stageName(visit, row.stage),
        meaning: row.meaning,
        by: fill(words.judged.by, { by: nameOf(row.by), time: visit.moment(row.at).text }),
        reason: row.reason,
        draft: ruleDraft(row),
      })),
    });
  });
}

export function meaningChoices(visit: StaffVisit): { value: string; text: string }[] {
  const { meanings } = visit.words(reviewWords);
  return replyMeanings.map((value) => ({ value, text: meanings[value] }));
}
