/** The words around every page of the console: navigation, failures, mistakes in forms. */
import { z } from 'zod';
import { group, titled, words } from '../../campaigns/words.ts';
import type { PageWords } from './page-words.ts';

const frameSchema = z.strictObject({
  language: words(),
  /** Tag that dates are written in. */
  dates: words(),
  name: words(),
  skip: words(),
  /** Between a label and what it labels. */
  colon: words(),
  navigation: words(),
  languages: words(),
  menu: words(),
  nav: group('today campaigns targets petitions letters review people'),
  account: words(),
  'sign-out': words(),
  reload: words(),
  rehearsal: words(),
  stale: words(),
  newer: words(),
  older: words(),
  required: words(),
  mistakes: words(),
  /** Title of a page whose form has mistakes. */
  wrong: words('title'),
  back: words(),
  roles: group('viewer campaigner deliverer admin'),
  /** Of plots over time: `when` heads the table, the last eight are kinds of `activity.ts`. */
  plots: group(
    'empty numbers when signatures letters back signed accepted put-off refused by-office by-signer by-us other',
  ),
  /** By the message of a form's schema. */
  problems: group('empty long other reason'),
  failures: z.strictObject({
    'not-found': titled,
    forbidden: titled,
    form: titled,
    conflict: titled,
    invalid: titled,
    unavailable: titled,
    internal: titled,
  }),
});

export type FrameWords = z.infer<typeof frameSchema>;
export const frameWords: PageWords<FrameWords> = { page: 'frame', schema: frameSchema };
