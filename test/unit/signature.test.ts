import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { loadCampaign } from '../../src/campaigns/load-campaigns.ts';
import { AppError } from '../../src/errors.ts';
import { canonicalAddress, readEmailAddress } from '../../src/intake/email-address.ts';
import { readOwnMessage, readPersonName } from '../../src/intake/person-name.ts';
import { readPhoneNumber } from '../../src/intake/phone-number.ts';
import { periodState, readSignature } from '../../src/intake/signature.ts';

describe('names', () => {
  test.each(['人権 守', 'Mamoru Jinken', 'ئۇيغۇر', '𠮷田', "O'Neill-Łuc", 'مثال', '葛\u{E0100}城', 'می‌خواهم'])(
    '%s is kept as typed',
    (name) => {
      expect(readPersonName(` ${name} `)).toEqual({ name: name.normalize('NFC') });
    },
  );

  test.each([
    ['', /empty/],
    ['   ', /empty/],
    ['a\u0000b', /control/],
    ['line\nbreak', /control/],
    ['para\u2029graph', /control|line break/],
    ['abc\u202egnp.exe', /direction/],
    ['a\u2066b', /direction/],
    ['\ud800', /broken/],
    ['!!!', /no letter/],
    ['x'.repeat(201), /longer than 200/],
    ['a' + '\u0301'.repeat(5_000), /longer/],
  ])('%j is refused with a reason', (name, reason) => {
    expect(readPersonName(name)).toEqual({ problem: expect.stringMatching(reason) });
  });

  test('whatever is accepted is one safe line, and accepting it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
        const read = readPersonName(typed);
        if ('problem' in read) return;
        expect(read.name).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\p{Zl}\p{Zp}]/u);
        expect(readPersonName(read.name)).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('addresses', () => {
  test.each([
    ['Mamoru@Example.ORG', 'Mamoru@example.org'],
    ['ｍａｍｏｒｕ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'mamoru@example.org'],
    ['mamoru@例え.jp', 'mamoru@xn--r8jz45g.jp'],
    ["o'neill+x@example.org", "o'neill+x@example.org"],
    ['a@example.org.', 'a@example.org'],
  ])('%s is read as %s', (typed, address) => {
    expect(readEmailAddress(typed)).toMatchObject({ address });
  });

  test.each([
    ['mamoru', /is not an e-mail address/],
    ['守@example.org', /beyond ASCII before the @/],
    ['a b@example.org', /part before the @/],
    ['.a@example.org', /part before the @/],
    ['a@localhost', /no valid domain/],
    ['a@127.0.0.1', /no valid domain/],
    ['a@exa mple.org', /no valid domain/],
    ['a@-x.org', /no valid domain/],
    [`${'a'.repeat(65)}@example.org`, /part before the @/],
    ['a@b.org\r\nBcc: c@d.org', /part before|no valid domain|not an/],
  ])('%j is refused, without being repeated', (typed, reason) => {
    const read = readEmailAddress(typed);
    expect(read).toEqual({ problem: expect.stringMatching(reason) });
    expect(JSON.stringify(read)).not.toContain(typed);
  });

  test.each([
    ['Mamoru@example.org', 'mamoru@example.org'],
    ['mamoru+list@example.org', 'mamoru@example.org'],
    ['m.a.moru@gmail.com', 'mamoru@googlemail.com'],
  ])('%s and %s are the same person', (one, other) => {
    const [a, b] = [readEmailAddress(one), readEmailAddress(other)];
    if ('problem' in a || 'problem' in b) throw new Error('not read');
    expect(canonicalAddress(a)).toBe(canonicalAddress(b));
  });

  test('dots make another person outside Gmail', () => {
    const [a, b] = [readEmailAddress('m.amoru@example.org'), readEmailAddress('mamoru@example.org')];
    if ('problem' in a || 'problem' in b) throw new Error('not read');
    expect(canonicalAddress(a)).not.toBe(canonicalAddress(b));
  });
});

describe('phone numbers', () => {
  test.each([
    ['0322223333', '0322223333'],
    ['03-2222-3333', '0322223333'],
    ['０３２２２２３３３３', '0322223333'],
    ['０３ー２２２２ー３３３３', '0322223333'],
    ['+81 (3) 2222‐3333', '+81322223333'],
    ['', undefined],
  ])('%s becomes %s', (typed, phone) => {
    expect(readPhoneNumber(typed)).toEqual({ phone });
  });

  test.each(['12', 'call me', '1234567890123456', '03+22223333'])('%s is refused', (typed) => {
    expect(readPhoneNumber(typed)).toHaveProperty('problem');
  });
});

test('an own message keeps its paragraphs and refuses what would hide something', () => {
  expect(readOwnMessage('  one\r\n\r\ntwo ')).toEqual({ message: 'one\n\ntwo' });
  expect(readOwnMessage('\n \n')).toEqual({ message: undefined });
  expect(readOwnMessage('a\u0007')).toHaveProperty('problem');
  expect(readOwnMessage('a\u202e')).toHaveProperty('problem');
  expect(readOwnMessage('x'.repeat(1_001))).toHaveProperty('problem');
});

describe('a whole event', async () => {
  const campaign = await loadCampaign('campaigns/uyghurs-abroad');
  const open = Date.UTC(2020, 5, 15);
  const good = {
    name: '人権 守',
    email: 'm@example.org',
    language: 'ja',
    consents: { send: '2020-05-29', 'hand-over': '2020-05-29' },
  };
  const read = (input: unknown, now = open, keepOpen = false) =>
    readSignature(input, { campaign, source: 'web', door: 'api', now, keepOpen });
  const refused = (input: unknown): string[] => {
    try {
      read(input);
    } catch (error) {
      if (error instanceof AppError) return error.fields.map((each) => each.field);
      throw error;
    }
    throw new Error('was accepted');
  };

  test('consents are kept as evidence: text version, language, time and source', () => {
    expect(read(good).consents).toEqual([
      { id: 'send', version: '2020-05-29', language: 'ja', at: open, source: 'web' },
      { id: 'hand-over', version: '2020-05-29', language: 'ja', at: open, source: 'web' },
    ]);
    expect(read({ ...good, consents: { ...good.consents, contact: '2020-05-29' } }).consents).toHaveLength(3);
  });

  test.each<[string, object, string]>([
    ['a missing consent', { consents: { send: '2020-05-29' } }, 'consents.hand-over'],
    ['an old consent text', { consents: { ...good.consents, send: '2019' } }, 'consents.send'],
    ['an unknown language', { language: 'fr' }, 'language'],
    ['a field nobody knows', { adress: 'x' }, '(body)'],
    ['a name that is a number', { name: 5 }, 'name'],
    ['a signing time in the future', { signed_at: '2020-06-15T01:00:00Z' }, 'signed_at'],
    ['a signing time long ago', { signed_at: '2020-06-01T00:00:00Z' }, 'signed_at'],
  ])('%s is refused by its field', (_what, change, field) => {
    expect(refused({ ...good, ...change })).toContain(field);
  });

  test('all wrong fields are told at once, without their values', () => {
    expect(refused({ ...good, name: '', email: 'nobody', phone: 'x' })).toEqual(['name', 'email', 'phone']);
    expect(() => read({ ...good, email: 'secret@@' })).not.toThrow(/secret/);
  });

  test.each<[string, string, ReturnType<typeof periodState>]>([
    ['the last second before', '2020-05-28T14:59:59Z', 'not-yet'],
    ['the first second, in Tokyo', '2020-05-28T15:00:00Z', 'open'],
    ['the last second, in Tokyo', '2020-08-31T14:59:59Z', 'open'],
    ['the second after', '2020-08-31T15:00:00Z', 'closed'],
  ])('%s of the period is %s: %s', (_what, at, state) => {
    const now = Date.parse(at);
    expect(periodState(campaign as Campaign, now)).toBe(state);
    if (state === 'open') expect(read(good, now).name).toBe('人権 守');
    else expect(() => read(good, now)).toThrow(/opens on|closed on/);
    expect(read(good, now, true).name).toBe('人権 守');
  });

  test('no input makes it throw anything but an AppError', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom('name', 'email', 'phone', 'message', 'language', 'consents', 'signed_at', 'event_id'),
        (value, field) => {
          try {
            read({ ...good, [field]: value });
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
