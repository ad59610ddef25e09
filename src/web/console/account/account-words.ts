/** The words of *my account*. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const schema = z.strictObject({
  title: words(),
  login: words(),
  role: words(),
  wrong: words(),
  limited: words(),
  password: group('title hint current next again submit done none'),
  factor: group(
    'title off intro start on turn-off turn-off-text turned-off setup-title scan or-type code code-hint confirm current wrong-code',
  ).extend({ left: words('n') }),
  codes: group('title text warning on'),
  sessions: group('title none since seen browser this end end-all ended'),
});

export type AccountWords = z.infer<typeof schema>;
export const accountWords: PageWords<AccountWords> = { page: 'account', schema };
