/** The words of *today*. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const todaySchema = z.strictObject({
  title: words(),
  /** What the mail does now, as a sentence. */
  mail: z.strictObject({
    moving: words('n', 'time'),
    'by-hand': words(),
    waiting: words('n'),
    quiet: words(),
    /** What holds all sending, and why, as *targets* tells it. */
    held: words('text', 'reason'),
  }),
  numbers: group('title waiting on-the-way arrived for-hand on-paper handed-over'),
  tasks: z.strictObject({
    title: words(),
    none: words(),
    /** Said in front of what is red, to those who do not see it. */
    urgent: words(),
    /** By kind (tasks.ts). */
    kinds: z.strictObject({
      /** How a target is reached that mail does not simply reach, and why. */
      channel: words('target', 'now', 'why'),
      held: words('target', 'text', 'reason'),
      names: words('target', 'n'),
      'petition-due': words('serial', 'why', 'time'),
      'petition-failing': words('serial'),
      answers: words('n'),
      replies: words('n'),
      campaign: words('campaign'),
      unsigned: words('campaign', 'domain'),
      stuck: words('target', 'n', 'time'),
      timers: words(),
      factor: words(),
    }),
    go: group('target petition petitions review campaign account'),
  }),
  plot: words(),
});

export type TodayWords = z.infer<typeof todaySchema>;
export type TaskKind = keyof TodayWords['tasks']['kinds'];
export const todayWords: PageWords<TodayWords> = { page: 'today', schema: todaySchema };
