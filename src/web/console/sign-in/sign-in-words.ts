/** The words of signing in. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const schema = z.strictObject({
  title: words(),
  login: words(),
  password: words(),
  submit: words(),
  refused: words(),
  limited: words('minutes'),
  'open-id': words(),
  'open-id-failed': words(),
  'open-id-unknown': words(),
  or: words(),
  help: words(),
  'signed-out': words(),
  code: group('title intro code hint submit wrong recovery'),
  invitation: group('title intro login password hint again submit gone gone-text'),
  passwords: group('short long weak differ'),
});

export type SignInWords = z.infer<typeof schema>;
export const signInWords: PageWords<SignInWords> = { page: 'sign-in', schema };
