/** A server's words without the people in them. */
import { expect, test } from 'vitest';
import { withoutNames } from '../../src/outcomes/without-names.ts';

test.each([
  ['Mail of Mamoru  Jinken <m.jinken@mail.example> is refused', 'Mamoru Jinken', 'mail of name address is refused'],
  ['Mail of MAMORU JINKEN is refused', 'Mamoru Jinken', 'mail of name is refused'],
  ['山田守さまのメールは受け取れません', '山田守', 'nameさまのメールは受け取れません'],
  ['Mail of Al is not allowed at all', 'Al', 'mail of al is not allowed at all'],
  ['Said to <b-1-0123456789abcdef@bounce.example>', '', 'said to address'],
])('%s', (text, signer, words) => {
  expect(withoutNames(text, signer)).toBe(words);
  // What was kept without names is shown as it is.
  expect(withoutNames(withoutNames(text, signer))).toBe(withoutNames(text, signer));
});
