/** The words of the pages about staff. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const schema = z.strictObject({
  title: words(),
  intro: words(),
  name: words(),
  role: words(),
  login: words(),
  state: words(),
  states: group('active invited expired disabled'),
  factor: words(),
  yes: words(),
  no: words(),
  you: words(),
  rights: group('title viewer campaigner deliverer admin'),
  invite: group('title intro name login login-hint role submit taken shape'),
  link: group('title text warning back').extend({ until: words('time') }),
  change: group('title hint submit').extend({ done: words('name', 'role') }),
  reset: group('title text submit'),
  'reset-factor': group('title text submit done'),
  disable: group('title text submit done enable-title enable-text enable enabled'),
  sessions: group('title none since seen browser this end end-all ended'),
  log: group(
    'title intro when who what subject reason failed none filter-who filter-what everybody filter cli key all',
  ).extend({
    /** By the name that stands in the row; one without words is shown as it is. */
    actions: z.record(z.string(), words()),
  }),
});

export type PeopleWords = z.infer<typeof schema>;
export const peopleWords: PageWords<PeopleWords> = { page: 'people', schema };
