/** Return paths: ours lead to their letter, all others to nothing. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day, hour } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import { base32hex } from '../../src/ids.ts';
import type { KeyRing } from '../../src/key-ring.ts';
import { createReturnPaths } from '../../src/outbox/return-path.ts';

const old = createSecretKey(Buffer.alloc(32, 1));
const young = createSecretKey(Buffer.alloc(32, 2));
const domain = 'bounce.todoke.example';
const ring = (current: string, ...keys: [string, KeyObject][]): KeyRing => ({ current, keys: new Map(keys) });
const paths = createReturnPaths({ keys: ring('1', ['1', old]), domain });

const letterId = '0e5ev8a2kq0123uv';
const sent = Date.UTC(2020, 4, 29, 12);
const address = paths.make(letterId, sent);

const anyId = fc.uint8Array({ minLength: 10, maxLength: 10 }).map(base32hex);
const anyInstant = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2100) });

describe('a return path', () => {
  it('always looks the same for a letter and a day', () => {
    expect(address).toBe('b-11-0e5ev8a2kq0123uv-0hvb-osndbrm0i3kkaedj@bounce.todoke.example');
    expect(paths.make(letterId, sent + 11 * hour)).toBe(address);
    expect(paths.make(letterId, sent + 12 * hour)).not.toBe(address);
  });

  it('leads back to its letter for 14 days, whatever mailers did to its case', () => {
    const age = fc.integer({ min: 0, max: 14 * day });
    fc.assert(
      fc.property(anyId, anyInstant, age, fc.infiniteStream(fc.boolean()), (id, at, later, coins) => {
        const made = paths.make(id, at);
        const local = made.slice(0, made.indexOf('@'));
        expect(local.length).toBeLessThanOrEqual(64);
        expect(local).toMatch(/^[a-z0-9-]+$/); // so that neither xtext nor VERP has to escape it
        const folded = made
          .split('')
          .map((char) => (coins.next().value ? char.toUpperCase() : char))
          .join('');
        expect(paths.read(folded, at + later)).toEqual({ kind: 'valid', letterId: id });
      }),
    );
  });

  it.each([
    ['on its own day', 'valid', 0],
    ['on the 14th day', 'valid', 14 * day],
    ['on the 15th day', 'expired', 15 * day],
    ['a year later', 'expired', 365 * day],
    ['by a machine whose clock is a day slow', 'valid', -day],
  ])('read %s is %s', (_, kind, later) => {
    expect(paths.read(address, sent + later)).toEqual({ kind, letterId });
  });

  it('with any one character changed is forged', () => {
    // Printable ASCII, and characters that fold or normalise to ASCII: Kelvin sign, long s, dotless i, full-width a.
    const others = [
      ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
      '\u212A',
      '\u017F',
      '\u0131',
      '\uFF41',
    ];
    for (const [index, char] of address.split('').entries()) {
      for (const other of others.filter((candidate) => candidate.toLowerCase() !== char || candidate === '\u212A')) {
        const forged = address.slice(0, index) + other + address.slice(index + 1);
        expect([forged, paths.read(forged, sent)]).toEqual([forged, { kind: 'forged' }]);
      }
    }
  });

  it('with a character left out, doubled or added is forged', () => {
    for (let index = 0; index < address.length; index += 1) {
      const [before, after] = [address.slice(0, index), address.slice(index)];
      for (const forged of [before + after.slice(1), before + (after[0] ?? '') + after, `${before}0${after}`]) {
        if (forged !== address) expect([forged, paths.read(forged, sent).kind]).toEqual([forged, 'forged']);
      }
    }
  });

  it.each([
    ['the MAC of another letter', () => swap(address, paths.make('0e5ev8a2kq0123uu', sent))],
    ['the MAC of another day', () => swap(address, paths.make(letterId, sent - day))],
    ['no domain', () => address.slice(0, address.indexOf('@'))],
    ['the domain of somebody else', () => address.replace(domain, 'bounce.example.com')],
    ['a domain below ours', () => address.replace(domain, `a.${domain}`)],
    ['a full-width domain', () => address.replace(domain, `\uFF42${domain.slice(1)}`)],
    ['two domains', () => `${address}@${domain}`],
    ['angle brackets', () => `<${address}>`],
    ['nothing in it', () => ''],
  ])('with %s is forged', (_, forge) => {
    expect(paths.read(forge(), sent)).toEqual({ kind: 'forged' });
  });

  it('that somebody made up is forged', () => {
    const letters = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuv'.split(''));
    const word = (length: number) => fc.string({ unit: letters, minLength: length, maxLength: length });
    const guess = fc.tuple(word(16), word(4), word(16)).map((parts) => `b-11-${parts.join('-')}@${domain}`);
    fc.assert(
      fc.property(fc.oneof(guess, fc.emailAddress(), fc.string()), (made) => {
        expect(paths.read(made, sent)).toEqual({ kind: 'forged' });
      }),
      { numRuns: 500 },
    );
  });
});

describe('a change of keys', () => {
  const changed = createReturnPaths({ keys: ring('2', ['2', young], ['1', old]), domain });

  it('leaves older paths valid and signs new ones with the new key', () => {
    expect(changed.read(address, sent)).toEqual({ kind: 'valid', letterId });
    expect(changed.make(letterId, sent)).toMatch(/^b-12-/);
    expect(changed.read(changed.make(letterId, sent), sent)).toEqual({ kind: 'valid', letterId });
  });

  it.each([
    ['a key that was taken out', ring('2', ['2', young])],
    ['another key of the same id', ring('1', ['1', young])],
  ])('makes paths forged that were signed with %s', (_, keys) => {
    expect(createReturnPaths({ keys, domain }).read(address, sent)).toEqual({ kind: 'forged' });
  });

  it('reads the domain in any case and writes it in lower case', () => {
    const loud = createReturnPaths({ keys: ring('1', ['1', old]), domain: 'Bounce.Todoke.EXAMPLE' });
    expect(loud.make(letterId, sent)).toBe(address);
  });
});

it.each(['', 'bounce example.org', 'bounce..example.org', '192.0.2.1', `${'a'.repeat(60)}.`.repeat(4)])(
  'a bounce domain %o is refused',
  (wrong) => {
    expect(() => createReturnPaths({ keys: ring('1', ['1', old]), domain: wrong })).toThrow(AppError);
  },
);

it.each(['', 'x', letterId.toUpperCase(), `${letterId}\r\nRCPT`, `${letterId.slice(0, 15)}w`])(
  'no return path is made for %o, which is no letter',
  (wrong) => {
    expect(() => paths.make(wrong, sent)).toThrow(AppError);
  },
);

/** The path `own` with the MAC of `other`. */
function swap(own: string, other: string): string {
  return own.slice(0, own.lastIndexOf('-')) + other.slice(other.lastIndexOf('-'));
}
