/** The bytes of a letter, read back by postal-mime, which knows nothing of how they were made. */
import fc from 'fast-check';
import PostalMime, { type Address } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { composeMessage, messageId, type LetterMail } from '../../src/outbox/message.ts';
import { cleanName, displayName } from '../../src/outbox/sender-identity.ts';

const letter: LetterMail = {
  letterId: '0e5ev8a2kq0123uv',
  identity: 'reply-to',
  signer: { name: '人権 守', address: 'mamoru@example.jp' },
  organisation: 'Rights Group',
  senderAddress: 'letters@example.org',
  to: { name: 'The Ambassador', address: 'office@embassy.example' },
  language: 'ja',
  subject: 'Please act',
  text: 'Dear Ambassador,\n\nplease act.\n',
  html: '<p>Dear Ambassador,</p>\n<p>please act.</p>\n',
  date: Date.UTC(2020, 4, 29, 3, 4, 5, 678),
};

const written = (mail: Partial<LetterMail> = {}) => composeMessage({ ...letter, ...mail }).toString('latin1');
const parsed = (mail: Partial<LetterMail> = {}) => PostalMime.parse(composeMessage({ ...letter, ...mail }));
const headOf = (message: string) => message.slice(0, message.indexOf('\r\n\r\n'));
const fieldNames = (message: string) => [...headOf(message).matchAll(/^([!-9;-~]+):/gm)].map(([, name]) => name);

const replyToFields = [
  'Date',
  'Message-ID',
  'From',
  'Reply-To',
  'To',
  'Subject',
  'MIME-Version',
  'Content-Language',
  'Content-Type',
];

function mailbox(address: Address | undefined): [name: string, address: string | undefined] {
  return [address?.name ?? '', address?.address];
}

describe('a letter', () => {
  it('with our address in From is written like this', () => {
    expect(written()).toBe(
      [
        'Date: Fri, 29 May 2020 03:04:05 +0000',
        'Message-ID: <0e5ev8a2kq0123uv@example.org>',
        'From: =?UTF-8?B?5Lq65qipIOWuiCAodmlhIFJpZ2h0cyBHcm91cCk=?=',
        ' <letters@example.org>',
        'Reply-To: =?UTF-8?B?5Lq65qipIOWuiA==?= <mamoru@example.jp>',
        'To: "The Ambassador" <office@embassy.example>',
        'Subject: Please act',
        'MIME-Version: 1.0',
        'Content-Language: ja',
        'Content-Type: multipart/alternative; boundary="todoke-0e5ev8a2kq0123uv"',
        '',
        '--todoke-0e5ev8a2kq0123uv',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        'RGVhciBBbWJhc3NhZG9yLA0KDQpwbGVhc2UgYWN0Lg0K',
        '--todoke-0e5ev8a2kq0123uv',
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        'PHA+RGVhciBBbWJhc3NhZG9yLDwvcD4NCjxwPnBsZWFzZSBhY3QuPC9wPg0K',
        '--todoke-0e5ev8a2kq0123uv--',
        '',
      ].join('\r\n'),
    );
  });

  it('with our address in From has the signer in Reply-To and no Sender', async () => {
    const mail = await parsed();
    expect(mailbox(mail.from)).toEqual(['人権 守 (via Rights Group)', 'letters@example.org']);
    expect(mail.replyTo?.map(mailbox)).toEqual([['人権 守', 'mamoru@example.jp']]);
    expect(mail.to?.map(mailbox)).toEqual([['The Ambassador', 'office@embassy.example']]);
    expect(fieldNames(written())).toEqual(replyToFields);
  });

  it('with the signer in From has us in Sender and no Reply-To', async () => {
    const mail = await parsed({ identity: 'from' });
    expect(mailbox(mail.from)).toEqual(['人権 守', 'mamoru@example.jp']);
    expect(mailbox(mail.sender)).toEqual(['Rights Group', 'letters@example.org']);
    expect(fieldNames(written({ identity: 'from' }))).toEqual(replyToFields.with(3, 'Sender'));
  });

  it('is the same bytes for the same letter, and others for another', () => {
    expect(written({ signer: { ...letter.signer } })).toBe(written());
    expect(written({ letterId: '0e5ev8a2kq0123uu' })).not.toBe(written());
    expect(written({ date: letter.date + 1_000 })).not.toBe(written());
    expect(written({ language: 'en' })).not.toBe(written());
    expect(written({ to: { ...letter.to, name: 'The Envoy' } })).not.toBe(written());
  });

  it.each([
    ['a single digit of a day', Date.UTC(2026, 0, 1), 'Thu, 01 Jan 2026 00:00:00 +0000'],
    ['the last second of a year', Date.UTC(2026, 11, 31, 23, 59, 59), 'Thu, 31 Dec 2026 23:59:59 +0000'],
    ['a leap day', Date.UTC(2028, 1, 29, 12), 'Tue, 29 Feb 2028 12:00:00 +0000'],
  ])('writes %s as RFC 5322 wants it', (_title, date, expected) => {
    expect(written({ date })).toContain(`Date: ${expected}\r\n`);
  });

  it('has nothing in it that silences a bounce', () => {
    for (const identity of ['from', 'reply-to'] as const) {
      expect(written({ identity })).not.toMatch(/^(Precedence|List-|Auto-Submitted|X-|Return-Path|Bcc)/im);
    }
  });
});

const names: [title: string, name: string][] = [
  ['Japanese', '人権 守'],
  ['Japanese with an ideographic space', '人権　守'],
  ['ASCII', 'Mamoru Jinken'],
  ['apostrophe, comma and quotes', 'O\'Brien, "Q"'],
  ['backslashes', 'a\\b\\" \\'],
  ['all the specials of RFC 5322', '()<>[]:;.,"\\ x'],
  ['what looks like an encoded-word', '=?UTF-8?Q?boss=40bank=2Eexample?='],
  ['half of an encoded-word', 'a =?UTF-8?B? b'],
  ['emoji', '👩‍⚖️👨‍👩‍👧‍👦 🇯🇵'],
  ['right to left', 'محمد בן־דוד'],
  ['combining marks', 'Zoe\u0308 Nguye\u0302\u0303n'],
  ['one character', '守'],
  ['200 Japanese characters', '守'.repeat(200)],
  ['200 emoji', '🕊'.repeat(200)],
  ['200 letters in one word', 'x'.repeat(200)],
  ['200 letters in short words', 'abc '.repeat(50).trim()],
  ['200 quotes', '"'.repeat(200)],
  ['mixed words', `${'a'.repeat(60)}人${'b'.repeat(60)}権`],
];

describe('a name', () => {
  it.each(names)('with %s comes back as it was', async (_title, name) => {
    const to = { ...letter.to, name };
    const mail = await parsed({ signer: { ...letter.signer, name }, to });
    expect(mailbox(mail.from)).toEqual([`${name} (via Rights Group)`, 'letters@example.org']);
    expect(mail.replyTo?.map(mailbox)).toEqual([[name, 'mamoru@example.jp']]);
    expect(mail.to?.map(mailbox)).toEqual([[name, 'office@embassy.example']]);
    const own = await parsed({ signer: { ...letter.signer, name }, organisation: name, identity: 'from' });
    expect(mailbox(own.from)).toEqual([name, 'mamoru@example.jp']);
    expect(mailbox(own.sender)).toEqual([name, 'letters@example.org']);
  });

  it.each(names)('with %s keeps its lines within 76 columns and its characters whole', (_title, name) => {
    const head = headOf(written({ signer: { ...letter.signer, name }, subject: name }));
    for (const line of head.split('\r\n')) expect(line.length, line).toBeLessThanOrEqual(76);
    const words = [...head.matchAll(/(?<= )=\?UTF-8\?B\?([^?]*)\?=/g)];
    for (const [word, base64 = ''] of words) {
      expect(word.length).toBeLessThanOrEqual(75);
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
    }
  });

  it('that is empty leaves the address alone', async () => {
    const mail = await parsed({ signer: { name: ' @ ', address: 'mamoru@example.jp' } });
    expect(mailbox(mail.from)).toEqual(['Rights Group', 'letters@example.org']);
    expect(mail.replyTo?.map(mailbox)).toEqual([['', 'mamoru@example.jp']]);
  });
});

describe('an address', () => {
  it.each([
    ['with a domain in capitals', 'a@EXAMPLE.jp', 'a@example.jp'],
    ['with a plus and other signs', "o'brien+x/y=z@example.jp", "o'brien+x/y=z@example.jp"],
    ['of an old mobile phone, two dots', 'mamoru..j@example.jp', '"mamoru..j"@example.jp'],
    ['of an old mobile phone, a final dot', 'mamoru.@example.jp', '"mamoru."@example.jp'],
    ['that is quoted already', '"a b"@example.jp', '"a b"@example.jp'],
    ['with a quote in the middle', 'a"b@example.jp', '"a\\"b"@example.jp'],
    ['that would end the angle brackets', 'a>,b<c@example.jp', '"a>,b<c"@example.jp'],
    ['with an IDN', 'a@人権.example', 'a@xn--gmqs28d.example'],
  ])('%s is written so that it means the same', (_title, address, spec) => {
    const field = `Reply-To: =?UTF-8?B?5Lq65qipIOWuiA==?= <${spec}>`;
    expect(written({ signer: { ...letter.signer, address } }).replaceAll('\r\n ', ' ')).toContain(field);
  });

  it.each([
    ['no at sign', 'mamoru'],
    ['no local part', '@example.jp'],
    ['no domain', 'mamoru@'],
    ['a local part that is not ASCII', '守@example.jp'],
    ['a line break before the at sign', 'a\r\nBcc: b@example.jp'],
    ['a line break after it', 'a@example.jp\r\nBcc: b'],
    ['a NUL', 'a\0@example.jp'],
    ['a second mailbox', 'a@example.jp>, <b@example.jp, c'],
    ['an address literal', 'a@[192.0.2.1]'],
    ['no end', `${'a'.repeat(400)}@example.jp`],
  ])('with %s is refused wherever it stands, and the refusal does not show it', (_title, address) => {
    const places: Partial<LetterMail>[] = [
      { signer: { ...letter.signer, address } },
      { signer: { ...letter.signer, address }, identity: 'from' },
      { to: { ...letter.to, address } },
      { senderAddress: address },
      { senderAddress: address, identity: 'from' },
    ];
    for (const place of places) {
      const refusal = thrownBy(() => composeMessage({ ...letter, ...place }));
      expect(refusal.code).toBe('invalid');
      expect(refusal.message).not.toContain(address);
    }
  });
});

describe('injection', () => {
  const attacks = [
    'x\r\nBcc: victim@example.org',
    'x\nBcc: victim@example.org',
    'x\rBcc: victim@example.org',
    'x\r\n\r\n<script>',
    'x\0\u2028Bcc: y\u0085Bcc: z',
    '" <victim@example.org>, "',
    '=?UTF-8?Q?x=0D=0ABcc:_victim@example.org?=',
    '\r\n --todoke-0e5ev8a2kq0123uv--',
  ];

  it.each(attacks)('by %o adds no field, no part and no recipient', async (attack) => {
    const hit: Partial<LetterMail> = {
      signer: { ...letter.signer, name: attack },
      organisation: attack,
      to: { ...letter.to, name: attack },
      subject: attack,
      text: attack,
      html: attack,
    };
    expect(fieldNames(written(hit))).toEqual(replyToFields);
    expect(written(hit).split('\r\n--todoke-0e5ev8a2kq0123uv')).toHaveLength(4);
    const mail = await parsed(hit);
    expect(mail.headers.map((header) => header.key)).toEqual(replyToFields.map((name) => name.toLowerCase()));
    expect(mailbox(mail.from)).toEqual([displayName(attack, attack), 'letters@example.org']);
    expect(mail.to?.map(mailbox)).toEqual([[cleanName(attack), 'office@embassy.example']]);
    expect(mail.bcc).toBeUndefined();
  });

  it.each(['ja\r\nBcc: x', 'ja, en', '', '日本語'])('by the language %o is refused', (language) => {
    expect(thrownBy(() => composeMessage({ ...letter, language })).code).toBe('invalid');
  });

  it.each(['x', '0e5ev8a2kq0123uv\r\nBcc: x', '0E5EV8A2KQ0123UV'])('by the letter id %o is refused', (letterId) => {
    expect(thrownBy(() => composeMessage({ ...letter, letterId })).code).toBe('internal');
    expect(thrownBy(() => messageId(letterId, letter.senderAddress)).code).toBe('internal');
  });

  it('is impossible, whatever the words are', async () => {
    const words = fc.string({ unit: 'binary', maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(words, words, words, words, fc.boolean(), async (name, to, organisation, subject, own) => {
        const mail: Partial<LetterMail> = {
          signer: { ...letter.signer, name },
          organisation,
          to: { ...letter.to, name: to },
          subject,
          identity: own ? 'from' : 'reply-to',
        };
        const message = written(mail);
        expect(message).toMatch(/^(?:[\x20-\x7e]*\r\n)+$/);
        expect(fieldNames(message)).toEqual(own ? replyToFields.with(3, 'Sender') : replyToFields);
        for (const line of message.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
        const back = await parsed(mail);
        expect(mailbox(back.from)[0]).toBe(own ? cleanName(name) : displayName(name, organisation));
        expect(back.to?.map(mailbox)).toEqual([[cleanName(to), 'office@embassy.example']]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a subject', () => {
  it.each([
    ['in ASCII stands as it is', 'Please act', 'Please act'],
    ['in Japanese comes back as it was', '公正な捜査を求めます　人権', '公正な捜査を求めます　人権'],
    ['that is long comes back as it was', '公正な捜査を求めます。'.repeat(20), '公正な捜査を求めます。'.repeat(20)],
    ['in long ASCII is folded between words', `${'Please act. '.repeat(20)}End`, `${'Please act. '.repeat(20)}End`],
    ['with one endless word comes back as it was', 'x'.repeat(500), 'x'.repeat(500)],
    ['with what looks like an encoded-word is not decoded', '=?UTF-8?Q?a=40b?=', '=?UTF-8?Q?a=40b?='],
    ['loses line breaks and doubled spaces', ' a\r\n b\tc  d ', 'a b c d'],
    ['keeps a half character from breaking it', 'a\uD800b', 'a\uFFFDb'],
  ])('%s', async (_title, subject, expected) => {
    expect((await parsed({ subject })).subject).toBe(expected);
    for (const line of headOf(written({ subject })).split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  });

  it('in ASCII is not encoded', () => {
    expect(written({ subject: 'Please act. '.repeat(20) })).not.toMatch(/^Subject:.*=\?/m);
  });
});

describe('the body', () => {
  it('comes back as it was, with CRLF line ends', async () => {
    const text = 'one\ntwo\r\nthree\rfour\n\n人権 🕊\u2028x\0';
    const message = written({ text, html: `<p>${text}</p>` });
    const [, plain = '', html = ''] = message.split(/--todoke-[0-9a-v]+(?:--)?\r\n/);
    const decoded = (part: string) => Buffer.from(part.slice(part.indexOf('\r\n\r\n')), 'base64').toString('utf8');
    expect(decoded(plain)).toBe('one\r\ntwo\r\nthree\r\nfour\r\n\r\n人権 🕊\u2028x\0');
    expect(decoded(html)).toBe(`<p>${decoded(plain)}</p>`);
  });

  it('is read by others as it was, whatever it is', async () => {
    const words = fc.string({
      unit: fc.oneof(fc.constant('\n'), fc.string({ unit: 'grapheme', maxLength: 1 })),
      maxLength: 500,
    });
    await fc.assert(
      fc.asyncProperty(words, words, async (text, html) => {
        const mail = await parsed({ text, html });
        const lines = (value: string | undefined) => (value ?? '').replaceAll('\r\n', '\n').replace(/\n$/, '');
        expect(lines(mail.text)).toBe(text.replace(/\n$/, ''));
        expect(lines(mail.html)).toBe(html.replace(/\n$/, ''));
        expect(mail.attachments).toEqual([]);
      }),
    );
  });

  it.each([
    ['Latin-1 text with half a character', 'caf\u00e9 \uD800', 'caf\u00e9 \uFFFD'],
    ['Japanese text with half a character', '人権\uDC00 守', '人権\uFFFD 守'],
  ])('survives %s', async (_title, text, expected) => {
    expect((await parsed({ text })).text?.trimEnd()).toBe(expected);
  });

  it('has no line longer than 76 columns and none without CRLF', () => {
    const message = written({ text: '人権を守る。'.repeat(1_000), html: `<p>${'x'.repeat(5_000)}</p>` });
    expect(message).toMatch(/^(?:[\x20-\x7e]{0,76}\r\n)+$/);
    expect(message.length).toBeGreaterThan(30_000);
  });
});

it('has a Message-ID of the letter at our domain', async () => {
  expect(messageId('0e5ev8a2kq0123uv', 'letters@Example.ORG')).toBe('<0e5ev8a2kq0123uv@example.org>');
  expect((await parsed()).messageId).toBe(messageId(letter.letterId, letter.senderAddress));
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
