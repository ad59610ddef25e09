/** The words of the pages of what a person has to look at. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const schema = z.strictObject({
  title: words(),
  intro: words(),
  nothing: words(),
  counts: z.strictObject({ replies: words('n'), answers: words('n') }),
  replies: group(
    'title none count first last where no-words judge judge-text meaning reason submit done judged next start',
  ).extend({ intro: words('days'), limit: words('n'), from: words('targets', 'domains') }),
  meanings: group('signer ours passing dead blocked full leave'),
  judged: group('title intro none draft draft-text again').extend({ by: words('by', 'time') }),
  answers: group(
    'title intro none none-ever came target way state open only-personal waiting handled all only-waiting one logged',
  ).extend({ 'open-what': words('time') }),
  /** By the end of an answer on its way to the signer. */
  ways: group('waiting accepted refused in_doubt given-up erased own too-many'),
  answer: group(
    'from subject came target campaign way no-subject gone no-text cut handle handle-text reason submit done by-itself',
  ).extend({ attachments: words('n'), handled: words('by', 'time') }),
});

export type ReviewWords = z.infer<typeof schema>;
export const reviewWords: PageWords<ReviewWords> = { page: 'review', schema };
