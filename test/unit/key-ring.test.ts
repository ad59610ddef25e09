/** The key ring as operators write it. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { parseKeyRing } from '../../src/key-ring.ts';

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(48, 2);
const [one, two] = [first.toString('base64'), second.toString('base64')];

describe('a key ring', () => {
  it('signs with its first key and keeps the others', () => {
    const ring = parseKeyRing(`2:${two},1:${one}`);
    expect(ring.current).toBe('2');
    expect([...ring.keys].map(([id, key]) => [id, key.export()])).toEqual([
      ['2', second],
      ['1', first],
    ]);
  });

  it.each([
    ['spaces and a line break between entries', ` 1:${one} ,\n 2:${two} `],
    ['the URL alphabet and no padding', `1:${first.toString('base64url')},2:${second.toString('base64url')}`],
  ])('may be written with %s', (_, text) => {
    expect([...parseKeyRing(text).keys.values()].map((key) => key.export())).toEqual([first, second]);
  });

  it.each([
    ['nothing at all', '', /Entry 1 .* no id/],
    ['no id', one, /Entry 1 .* no id/],
    ['an empty last entry', `1:${one},`, /Entry 2 .* no id/],
    ['an id of two characters', `1:${one},10:${two}`, /Entry 2 .* wrong id/],
    ['an id beyond base32hex', `w:${one}`, /Entry 1 .* wrong id/],
    ['an upper-case id, which a return path could not keep apart', `A:${one}`, /Entry 1 .* wrong id/],
    ['an id that stands twice', `1:${one},1:${two}`, /Entry 2 .* earlier entry/],
    ['a key of 31 bytes', `1:${Buffer.alloc(31, 1).toString('base64')}`, /Entry 1 .* 31 bytes/],
    ['a key that is no base64', `1:${one.slice(0, -4)}§§§§`, /Entry 1 .* not base64/],
    ['id and key the wrong way round', `${one}:1`, /Entry 1 .* wrong id/],
  ])('with %s is refused, and the refusal shows no key', (_, text, message) => {
    const refusal = thrownBy(() => parseKeyRing(text));
    expect(refusal.code).toBe('invalid');
    expect(refusal.message).toMatch(message);
    for (const key of [one, two]) expect(refusal.message).not.toContain(key.slice(0, 8));
  });
});

function thrownBy(call: () => unknown): AppError {
  try {
    call();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
