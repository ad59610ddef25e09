/** *Review*: what waits for a person to look at it, replies that no rule knows and answers of people. */
import { countUnhandledAnswers } from '../../../outcomes/answers.ts';
import { unjudgedReplies } from '../../../outcomes/unknown-replies.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { ConsolePage } from '../console-page.ts';
import { counted } from '../petitions/standing.ts';
import { targetWords } from '../targets/target-words.ts';
import { wrongIn, type Wrong } from '../targets/wrong-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { answerList, answerRoutes } from './answer-pages.ts';
import { judgeRoutes, meaningChoices } from './judge-routes.ts';
import { repliesOf, replyPage } from './reply-view.ts';
import { reviewWords } from './review-words.ts';

export const reviewPage: ConsolePage = {
  words: [reviewWords],
  menu: { key: 'review', href: '/console/review', need: 'read' },
  routes(door, needs) {
    door.get('/review', 'read', (visit) => showReview(needs, visit));
    judgeRoutes(door, needs, (visit, wrong) => showReview(needs, visit, wrong));
    answerRoutes(door, needs);
  },
};

async function showReview(needs: ConsoleNeeds, visit: StaffVisit, wrong?: Wrong): Promise<void> {
  const { database } = needs;
  const words = visit.words(reviewWords);
  const replies = await unjudgedReplies(database.read);
  const waiting = await countUnhandledAnswers(database.read);
  const { n: shownReplies } = counted(visit, { n: replies.length });
  const { n: shownAnswers } = counted(visit, { n: waiting });
  visit.show('review', {
    title: words.title,
    words,
    targetWords: visit.words(targetWords),
    ...wrongIn(wrong),
    counts: {
      replies: replies.length > 0 && fill(words.counts.replies, { n: shownReplies }),
      answers: waiting > 0 && fill(words.counts.answers, { n: shownAnswers }),
    },
    ...replyPage(visit, replies, wrong?.form),
    limits: repliesOf(needs, visit),
    meanings: meaningChoices(visit),
    canJudge: visit.may('channels'),
    canRead: visit.may('personal'),
    answers: await answerList(needs, visit),
    form: visit.form,
  });
}
