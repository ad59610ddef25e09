import { describe, expect, test } from 'vitest';
import { envelopeOfMail } from '../../src/outcomes/intake/envelope-of-mail.ts';
import { digestOfMail } from '../../src/outcomes/same-mail.ts';

const mail = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'));

describe('the envelope of a mail in a mailbox', () => {
  test.each([
    ['Postfix', 'X-Original-To: b-1@bounce.example'],
    ['Dovecot', 'Delivered-To: <b-1@bounce.example>'],
    ['Exim', 'Envelope-To: b-1@bounce.example'],
    [
      'a server before an alias',
      'Received: from a by b with ESMTP id 1\r\n\tfor <b-1@bounce.example>; Mon, 1 Jun 2020',
    ],
  ])('is what %s wrote, before the To that a forwarder left', (_who, field) => {
    const { recipients } = envelopeOfMail(mail(field, 'To: srs0=x@forwarder.example', '', 'To: not@this.example'));
    expect(recipients).toEqual(['b-1@bounce.example', 'srs0=x@forwarder.example']);
  });

  test('is To where nothing else is known', () => {
    expect(envelopeOfMail(mail('TO: "A, B" <b-1@bounce.example>,', ' c@d.example', '', 'x')).recipients).toEqual([
      'b-1@bounce.example',
      'c@d.example',
    ]);
  });

  test.each([
    ['Return-Path: <>', true],
    ['Return-Path: <somebody@embassy.example>', false],
    ['Return-Path: <MAILER-DAEMON>', true],
    ['Content-Type: multipart/report; report-type=delivery-status', true],
    ['Content-Type: text/plain', false],
  ])('with %s: a report or not', (field, isReport) => {
    expect(envelopeOfMail(mail(field, '', 'x')).nullSender).toBe(isReport);
  });

  test.each([[''], [':'], ['\r\n\r\n'], [`To: ${'x'.repeat(200_000)}@y`]])('garbage has none', (text) => {
    expect(envelopeOfMail(Buffer.from(text)).recipients).toEqual([]);
  });
});

describe('two copies of one mail', () => {
  const report = ['From: MAILER-DAEMON@mx.example', 'Message-ID: <1@mx.example>', '', 'no such user', ''];

  test('are one, whatever their ways added, and with either line end', () => {
    const trace = ['Return-Path: <>', 'Received: from a', '\tby b; Mon', 'X-Spam: no', 'DKIM-Signature: v=1;', '\tb=1'];
    const other = Buffer.from([...trace, ...report, ''].join('\n'));
    expect(digestOfMail(other)).toBe(digestOfMail(mail(...report)));
  });

  test('are two when a word differs, in the header or below', () => {
    const digests = [
      report,
      report.with(1, 'Message-ID: <2@mx.example>'),
      report.with(3, 'mailbox full'),
      [...report.slice(0, 2), 'Received: x', ' no such user', ''],
    ].map((lines) => digestOfMail(mail(...lines)));
    expect(new Set(digests).size).toBe(4);
  });
});
