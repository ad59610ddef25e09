/** *Today*: is mail moving, what needs a person, and how the last day went. The first page after signing in. */
import { day, hour } from '../../../clock.ts';
import type { ConsolePage } from '../console-page.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { letterPlot } from '../plots/letter-plots.ts';
import { readHolds } from '../targets/hold-view.ts';
import type { StaffVisit } from '../visit.ts';
import { createStateCounter, mailNow, sixNumbers } from './mail-now.ts';
import { tasksFor } from './tasks.ts';
import { todayWords } from './today-words.ts';

export const todayPage: ConsolePage = {
  words: [todayWords],
  menu: { key: 'today', href: '/console', need: 'read' },
  routes(door, needs, frame) {
    const countLetters = createStateCounter(needs);
    door.get('/', 'read', (visit) => showToday(needs, visit, { countLetters, timeZone: frame.timeZone }));
  },
};

async function showToday(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { countLetters, timeZone }: { countLetters: ReturnType<typeof createStateCounter>; timeZone: string },
): Promise<void> {
  const words = visit.words(todayWords);
  const now = needs.clock.now();
  // With the hour that has begun.
  const to = now - (now % hour) + hour;
  const span = { from: to - day, to, by: 'hour', timeZone } as const;
  const counts = await needs.activity.between(span.from, span.to);
  const states = await countLetters();
  const holds = await readHolds(needs);
  visit.show('today', {
    title: words.title,
    words,
    mail: await mailNow(needs, visit, { counts, states, holds }),
    tasks: await tasksFor(needs, visit, holds),
    numbers: sixNumbers(visit, states),
    plot: letterPlot(visit, words.plot, counts, span),
  });
}
