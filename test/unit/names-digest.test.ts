import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { namesDigest } from '../../src/petitions/names-digest.ts';

test('the digest is the SHA-256 of the names as lines, so that sha256sum finds the same', () => {
  const expected = createHash('sha256').update('人権 守\nMamoru Jinken\n').digest('hex');
  expect(namesDigest(['人権 守', 'Mamoru Jinken'])).toBe(expected);
});

test('an empty list has the digest of nothing', () => {
  expect(namesDigest([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('the two ways Unicode writes é are one name', () => {
  expect(namesDigest(['Jose\u0301'])).toBe(namesDigest(['José']));
});

test.each([
  [
    ['a', 'b'],
    ['b', 'a'],
  ],
  [['a', 'b'], ['ab']],
  [['a '], ['a']],
  [
    ['a\nb', 'c'],
    ['a', 'b\nc'],
  ],
])('%j and %j differ', (one, other) => {
  expect(namesDigest(one)).not.toBe(namesDigest(other));
});
