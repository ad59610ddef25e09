/** What staff prove themselves with: passwords, codes, recovery codes, and secrets at rest. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { minute, second } from '../../src/clock.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import { knownBrowser, readKnownBrowser } from '../../src/staff/known-browser.ts';
import { checkPassword, passwordFault } from '../../src/staff/password.ts';
import { may, permissions, staffRoles } from '../../src/staff/roles.ts';
import { newRecoveryCodes, newTotpSecret, stepOfCode, useRecoveryCode } from '../../src/staff/second-factor.ts';
import { hashOfToken } from '../../src/staff/one-time-token.ts';
import { markOf, openSecret, sealSecret } from '../../src/staff/seal-secret.ts';
import { quickHashOf } from '../support/console-guest.ts';
import { localPath } from '../../src/web/console/same-origin.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [one, two] = [key('1'), key('2')];

describe('a password', () => {
  const staff = { login: 'mamoru@office.example', name: '人権 守' };

  test.each([
    ['elevenchars', 'short'],
    ['パスワードです', 'short'],
    ['x'.repeat(201), 'long'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['123123123123123', 'weak'],
    ['password2026!!', 'weak'],
    ['Password Password', 'weak'],
    ['qwertyuiop123', 'weak'],
    ['mamoru@office.example', 'weak'],
    ['Mamoru-mamoru1', 'weak'],
    ['correct horse battery staple', 'weak'],
    ['seven brown otters sing', undefined],
    ['山の上で鳴く七羽の茶色い鳥', undefined],
  ])('%j is %s', (password, fault) => {
    expect(passwordFault(password, staff)).toBe(fault);
  });

  test('is told from another, however its characters were composed', async () => {
    const stored = quickHashOf('sept élégants hérons'.normalize('NFKC'));
    const tries = ['sept élégants hérons'.normalize('NFD'), 'sept élégants herons'];
    const ends = await Promise.all(tries.map((password) => checkPassword(password, stored)));
    expect(ends).toEqual([
      { right: true, outdated: true },
      { right: false, outdated: false },
    ]);
  });
});

describe('a code of the authenticator app', () => {
  const secret = newTotpSecret();
  const at = (time: number): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: time });
  const now = Date.UTC(2026, 10, 27);

  test.each([
    ['now', 0, true],
    ['a step ago', -30 * second, true],
    ['a step ahead', 30 * second, true],
    ['a minute ago', -minute, false],
    ['a minute ahead', minute, false],
  ])('of %s', (_when, away, taken) => {
    expect(stepOfCode(secret, at(now + away), { now, usedUntil: 0 }) !== undefined).toBe(taken);
  });

  test('counts once, and none before it afterwards', () => {
    const step = stepOfCode(secret, at(now), { now, usedUntil: 0 }) ?? 0;
    expect(stepOfCode(secret, at(now), { now, usedUntil: step })).toBeUndefined();
    expect(stepOfCode(secret, at(now - 30 * second), { now, usedUntil: step })).toBeUndefined();
    expect(stepOfCode(secret, at(now + 30 * second), { now, usedUntil: step })).toBe(step + 1);
  });

  test('may be typed with spaces and in wide digits', () => {
    const wide = at(now).replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    expect(stepOfCode(secret, ` ${wide.slice(0, 3)} ${wide.slice(3)}`, { now, usedUntil: 0 })).toBeDefined();
  });

  test('is the one RFC 6238 computes', () => {
    // Appendix B, SHA-1, the last six digits.
    const rfc = new Secret({ buffer: new TextEncoder().encode('12345678901234567890').buffer }).base32;
    expect(stepOfCode(rfc, '287082', { now: 59_000, usedUntil: 0 })).toBe(1);
    expect(stepOfCode(rfc, '081804', { now: 1_111_111_109_000, usedUntil: 0 })).toBe(37_037_036);
  });
});

test('a recovery code has no letters that look like digits, and opens when they are typed', () => {
  const { codes, hashes } = newRecoveryCodes();
  expect(codes.join('')).not.toMatch(/[oilu]/);
  for (const code of codes) {
    const misread = code.replaceAll('0', 'O').replaceAll('1', 'l').replaceAll('-', ' ');
    expect(useRecoveryCode(hashes, misread)).toHaveLength(9);
  }
  expect(useRecoveryCode([hashOfToken('0123ghijklmnopuv')], '0123-ghij-klmn-opuv')).toEqual([]);
});

test('a recovery code opens once, and leaves the others', () => {
  const { codes, hashes } = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  const left = useRecoveryCode(hashes, codes[3] ?? '') ?? [];
  expect(left).toHaveLength(9);
  expect(useRecoveryCode(left, codes[3] ?? '')).toBeUndefined();
  expect(useRecoveryCode(left, codes[4] ?? '')).toHaveLength(8);
});

describe('a secret at rest', () => {
  test('is opened with its own key, also when it is no longer the first, and by its owner alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const sealed = sealSecret(parseKeyRing(one), 'owner', Buffer.from(bytes));
        expect(openSecret(parseKeyRing(`${two},${one}`), 'owner', sealed)).toEqual(Buffer.from(bytes));
        expect(() => openSecret(parseKeyRing(one), 'another', sealed)).toThrow('an admin resets it');
        expect(() => openSecret(parseKeyRing(two), 'owner', sealed)).toThrow('an admin resets it');
      }),
      { numRuns: 30 },
    );
  });

  test('is refused when a single character was changed', () => {
    const ring = parseKeyRing(one);
    const sealed = sealSecret(ring, 'owner', Buffer.from('secret'));
    for (let at = 2; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => openSecret(ring, 'owner', changed)).toThrow('an admin resets it');
    }
  });
});

test('a mark is the same for the same value, another for another use, and holds no value', () => {
  const ring = parseKeyRing(one);
  expect(markOf(ring, 'search', 'x@y.example')).toBe(markOf(ring, 'search', 'x@y.example'));
  expect(markOf(ring, 'search', 'x@y.example')).not.toBe(markOf(ring, 'sign-in', 'x@y.example'));
  expect(markOf(ring, 'search', 'x@y.example')).toMatch(/^[\w-]{43}$/);
});

test('a browser is known for the login that signed in there, and for no other', () => {
  const ring = parseKeyRing(one);
  const mark = knownBrowser(ring, 'a@b.example');
  expect(readKnownBrowser(ring, 'a@b.example', mark)).toHaveLength(22);
  expect(readKnownBrowser(ring, 'c@b.example', mark)).toBeUndefined();
  expect(readKnownBrowser(parseKeyRing(two), 'a@b.example', mark)).toBeUndefined();
  expect(readKnownBrowser(ring, 'a@b.example', undefined)).toBeUndefined();
});

test('the rights of each role are these', () => {
  const rights = Object.fromEntries(staffRoles.map((role) => [role, permissions.filter((need) => may(role, need))]));
  expect(rights).toEqual({
    viewer: ['read'],
    campaigner: ['read', 'personal', 'campaigns'],
    deliverer: ['read', 'names', 'deliver', 'channels'],
    admin: ['read', 'names', 'personal', 'campaigns', 'deliver', 'channels', 'people'],
  });
});

test('whatever is asked for, one goes on within the console', () => {
  const start = fc.constantFrom('/console', '/console/..', '//', '/\\', 'https://', '\t//', 'javascript:', '');
  fc.assert(
    fc.property(start, fc.string({ maxLength: 30 }), (from, rest) => {
      const path = localPath(from + rest);
      expect(path).toMatch(/^\/console(\/|\?|$)/);
      expect(new URL(path, 'https://todoke.example').origin).toBe('https://todoke.example');
    }),
  );
});
