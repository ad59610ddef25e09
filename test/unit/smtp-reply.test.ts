import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuotedReply, parseReply, replyTextLimit } from '../../src/outbox/smtp-reply.ts';

describe('a reply of a server', () => {
  test('gives its code, its enhanced code and its words', () => {
    expect(parseReply('550 5.1.1 <office@embassy.example>: User unknown', 'rcpt')).toEqual({
      stage: 'rcpt',
      code: 550,
      enhanced: '5.1.1',
      text: '<office@embassy.example>: User unknown',
    });
  });

  test.each([
    ['line breaks', '550-5.7.26 Unauthenticated email from\r\n550-5.7.26 signer.example is not\n550 5.7.26 accepted.'],
    [
      'lines joined on the way',
      '550-5.7.26 Unauthenticated email from 550-5.7.26 signer.example is not 550 5.7.26 accepted.',
    ],
  ])('of many lines (%s) is one text', (_how, raw) => {
    expect(parseReply(raw, 'dot')).toEqual({
      stage: 'dot',
      code: 550,
      enhanced: '5.7.26',
      text: 'Unauthenticated email from signer.example is not accepted.',
    });
  });

  test('may bring the enhanced code on its last line only', () => {
    expect(parseReply('550-Requested action not taken\n550 5.7.1 Ask your postmaster', 'dot')).toMatchObject({
      enhanced: '5.7.1',
      text: 'Requested action not taken Ask your postmaster',
    });
  });

  test.each([
    ['250', { code: 250, enhanced: undefined, text: '' }],
    ['421 4.7.0 Slow down', { code: 421, enhanced: '4.7.0', text: 'Slow down' }],
    ['521-192.0.2.7 blocked\n521 Bye', { code: 521, enhanced: undefined, text: '192.0.2.7 blocked Bye' }],
    ['5.7.1 no code at all', { code: undefined, enhanced: '5.7.1', text: 'no code at all' }],
    ['connect ECONNREFUSED 192.0.2.7:25', { code: undefined, text: 'connect ECONNREFUSED 192.0.2.7:25' }],
    ['550 limit is 550 bytes', { code: 550, text: 'limit is 550 bytes' }],
    ['550 version 5.1.1.7 refused', { code: 550, enhanced: undefined, text: 'version 5.1.1.7 refused' }],
    ['', { code: undefined, enhanced: undefined, text: '' }],
  ])('%s', (raw, expected) => {
    expect(parseReply(raw, 'rcpt')).toMatchObject(expected);
  });

  test('keeps at most 1,000 characters and no control character', () => {
    const reply = parseReply(`550 5.7.1 a\u0007b\tc ${'界'.repeat(5_000)}`, 'rcpt');
    expect(reply.text).toMatch(/^a b c 界/);
    expect(reply.text.length).toBeLessThanOrEqual(replyTextLimit);
  });

  test('never throws, whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (raw) => {
        for (const read of [parseReply, parseQuotedReply]) {
          const reply = read(raw, 'dot');
          expect(reply.text.length).toBeLessThanOrEqual(replyTextLimit);
          expect(reply.text.isWellFormed() || !raw.isWellFormed()).toBe(true);
          expect(reply.code === undefined || (reply.code >= 200 && reply.code <= 599)).toBe(true);
        }
      }),
    );
  });
});

describe('a text that quotes a reply', () => {
  test.each([
    [
      'host mx.embassy.example[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command)',
      { code: 550, enhanced: '5.1.1', text: 'User unknown (in reply to RCPT TO command)' },
    ],
    ['mx.embassy.example #550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found ##', { code: 550, enhanced: '5.1.10' }],
    ['554 5.4.6 Too many hops', { code: 554, enhanced: '5.4.6', text: 'Too many hops' }],
    ['connect to mx.embassy.example[192.0.2.25]:25: Connection timed out', { code: undefined, enhanced: undefined }],
    ['delivery was tried 412 times', { code: undefined, text: 'delivery was tried 412 times' }],
  ])('%s', (text, expected) => {
    expect(parseQuotedReply(text, 'dot')).toMatchObject(expected);
  });
});
