import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryReport } from '../../src/embassy/delivery-report.ts';
import { knownReports, type KnownReport } from '../../src/embassy/returned-report.ts';
import { classifyReply } from '../../src/outcomes/classify-reply.ts';
import { readReport, reportSizeLimit } from '../../src/outcomes/read-report.ts';

const returnPath = 'b-11-0123456789abcdef-0i3f-0123456789abcdef@bounce.example.org';
const letter = Buffer.from(
  [
    'From: =?utf-8?B?5Lq65qipIOWuiA==?= <mamoru@signer.example>',
    'Message-ID: <letter-1@example.org>',
    'Subject: A letter',
    '',
    'Dear Ambassador',
    '',
  ].join('\r\n'),
);

const report = (name: KnownReport) =>
  deliveryReport({
    reportingMta: 'mx.embassy.example',
    remoteMta: 'store.embassy.example',
    queueId: '4T000001',
    to: returnPath,
    recipient: 'office@embassy.example',
    envelopeId: '0123456789abcdef',
    report: knownReports[name],
    letter,
    at: Date.UTC(2026, 10, 22),
  });

/** A message of our own making: headers, then parts of a multipart/report. */
function mail(headers: readonly string[], parts: readonly (readonly [type: string, ...lines: string[]])[]): Buffer {
  const body = parts.flatMap(([type, ...lines]) => ['--=_part', `Content-Type: ${type}`, '', ...lines, '']);
  return Buffer.from(
    [
      'From: mailer-daemon@embassy.example',
      `To: ${returnPath}`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; boundary="=_part"',
      ...headers,
      '',
      ...body,
      '--=_part--',
      '',
    ].join('\r\n'),
  );
}

const plain = (...lines: string[]) => Buffer.from(lines.join('\r\n'));

describe('a delivery report', () => {
  test('says who failed, with what words, about which letter', () => {
    expect(readReport(report('unknown-user'), true)).toEqual({
      kind: 'failed',
      recipients: [
        {
          address: 'office@embassy.example',
          action: 'failed',
          status: '5.1.1',
          evidence: {
            stage: 'async',
            code: 550,
            enhanced: '5.1.1',
            text: '<office@embassy.example>: Recipient address rejected: User unknown in virtual mailbox table',
          },
          remoteMta: 'store.embassy.example',
          more: expect.stringContaining('sorry to have to inform you') as string,
        },
      ],
      form: 'status-fields',
      returnedMessageId: 'letter-1@example.org',
      envelopeId: '0123456789abcdef',
    });
  });

  test.each([
    ['unknown-user', 'failed', 'dead'],
    ['full', 'failed', 'full'],
    ['blocked', 'failed', 'blocked'],
    ['signer-dmarc', 'failed', 'signer'],
    ['delayed', 'delayed', 'passing'],
    ['delivered', 'delivered', undefined],
  ] as const)('of the kind %s is %s and its words are %s', (name, kind, attribution) => {
    const read = readReport(report(name), true);
    expect(read.kind).toBe(kind);
    const [recipient] = read.recipients;
    const context = { identity: 'from', senderDomain: 'example.org', signerDomain: 'signer.example' } as const;
    expect(recipient && classifyReply(recipient.evidence, context).attribution).toBe(attribution);
  });

  test('keeps recipients apart, also without a blank line between them', () => {
    const read = readReport(
      mail(
        [],
        [
          [
            'message/delivery-status',
            'Reporting-MTA: dns; mx.embassy.example',
            '',
            'Final-Recipient: rfc822; first@embassy.example',
            'Action: delayed',
            'Status: 4.4.1',
            'Diagnostic-Code: smtp; 451 4.4.1 Connection timed out',
            'Original-Recipient: rfc822;Second@embassy.example',
            'Final-Recipient: rfc822; second@embassy.example',
            'Action: failed',
            'Status: 5.1.1',
            '',
            'Original-Recipient: rfc822;Third@embassy.example',
            'Final-Recipient: rfc822; 7@store.embassy.example',
            'Action: Failed (permanently)',
            'Diagnostic-Code: X-Postfix; host mx.embassy.example[192.0.2.25] said:',
            '  550 5.2.1 Mailbox disabled (in reply to RCPT TO',
            '  command)',
          ],
        ],
      ),
      true,
    );
    expect(read.kind).toBe('failed');
    expect(read.recipients).toMatchObject([
      { address: 'first@embassy.example', action: 'delayed', evidence: { code: 451 } },
      {
        address: 'Second@embassy.example',
        action: 'failed',
        evidence: { code: undefined, enhanced: '5.1.1', text: '' },
      },
      {
        address: 'Third@embassy.example',
        action: 'failed',
        evidence: { code: 550, enhanced: '5.2.1', text: 'Mailbox disabled (in reply to RCPT TO command)' },
      },
    ]);
  });

  test.each([
    [
      'Action: failed',
      'Final-Recipient: rfc822; a@b.example',
      'Original-Recipient: rfc822; a@b.example',
      'Status: 5.1.1',
    ],
    [
      'Final-Recipient: rfc822; a@b.example',
      'Original-Recipient: rfc822; a@b.example',
      'Action: failed',
      'Status: 5.1.1',
    ],
    [
      'Final-Recipient: rfc822; a@b.example',
      'Action: failed',
      'Status: 5.1.1',
      'Original-Recipient: rfc822; a@b.example',
    ],
  ])('keeps the fields of each recipient together when it begins with %s', (...fields) => {
    const second = fields.map((field) => field.replace('a@', 'c@').replace('5.1.1', '5.2.2'));
    const read = readReport(mail([], [['message/delivery-status', ...fields, ...second]]), true);
    expect(read.recipients).toMatchObject([
      { address: 'a@b.example', action: 'failed', status: '5.1.1' },
      { address: 'c@b.example', action: 'failed', status: '5.2.2' },
    ]);
  });

  test("believes the server's code more than the reporter's status", () => {
    const read = readReport(
      mail(
        [],
        [
          [
            'message/delivery-status',
            'Reporting-MTA: dns; gateway.embassy.example',
            '',
            'Final-Recipient: rfc822; office@embassy.example',
            'Action: failed',
            'Status: 5.0.0',
            'Diagnostic-Code: smtp; 550 4.2.2 Mailbox full',
          ],
        ],
      ),
      true,
    );
    expect(read.recipients[0]).toMatchObject({ status: '5.0.0', evidence: { code: 550, enhanced: '4.2.2' } });
  });

  test('that failed with the 250 of an earlier hop keeps only its words', () => {
    const read = readReport(
      mail(
        [],
        [
          [
            'message/delivery-status',
            'Final-Recipient: rfc822; office@embassy.example',
            'Action: failed',
            'Status: 2.0.0',
            'Diagnostic-Code: smtp; 250 2.0.0 taken, then lost',
          ],
        ],
      ),
      true,
    );
    expect(read.recipients[0]?.evidence).toEqual({
      stage: 'async',
      code: undefined,
      enhanced: undefined,
      text: 'taken, then lost',
    });
  });

  test('is found inside other parts and in base64', () => {
    const fields = 'Final-Recipient: rfc822; office@embassy.example\nAction: failed\nStatus: 5.1.1\n';
    const read = readReport(
      mail(
        [],
        [
          [
            'multipart/mixed; boundary="in"',
            '--in',
            'Content-Type: message/delivery-status',
            'Content-Transfer-Encoding: base64',
            '',
            Buffer.from(fields).toString('base64'),
            '--in--',
          ],
        ],
      ),
      true,
    );
    expect(read).toMatchObject({ kind: 'failed', recipients: [{ address: 'office@embassy.example' }] });
  });

  test('that was only passed on counts for nothing', () => {
    const read = readReport(
      mail([], [['message/delivery-status', 'Final-Recipient: rfc822; a@embassy.example', 'Action: relayed']]),
      true,
    );
    expect(read.kind).toBe('delayed');
  });

  test('quoted inside a letter is not a report', () => {
    const read = readReport(
      Buffer.concat([
        plain(
          'From: consul@embassy.example',
          'Subject: What is this?',
          'MIME-Version: 1.0',
          'Content-Type: multipart/mixed; boundary="out"',
          '',
          '--out',
          'Content-Type: message/rfc822',
          '',
          '',
        ),
        report('unknown-user'),
        plain('', '--out--', ''),
      ]),
      false,
    );
    expect(read).toMatchObject({ kind: 'human-answer', recipients: [] });
  });
});

describe('a complaint', () => {
  const feedback = (type: string) =>
    mail(
      ['Subject: complaint about message'],
      [
        ['text/plain', 'This is an abuse report.'],
        [
          'message/feedback-report',
          `Feedback-Type: ${type}`,
          'User-Agent: Feedback/1.0',
          'Original-Rcpt-To: <office@embassy.example>',
          'Reporting-MTA: dns; mx.embassy.example',
        ],
        ['message/rfc822', letter.toString()],
      ],
    );

  test('names the letter and the mailbox', () => {
    expect(readReport(feedback('abuse'), true)).toMatchObject({
      kind: 'complaint',
      recipients: [{ address: 'office@embassy.example', remoteMta: 'mx.embassy.example' }],
      returnedMessageId: 'letter-1@example.org',
    });
  });

  test.each(['not-spam', 'auth-failure'])('is not made by feedback of the type %s', (type) => {
    expect(readReport(feedback(type), true).kind).toBe('unreadable');
  });
});

describe('an answer', () => {
  test('of a person names the letter it answers', () => {
    const read = readReport(
      plain(
        'From: Consul <consul@embassy.example>',
        'Subject: Re: A letter',
        'References: <older@example.org> <letter-1@example.org>',
        'In-Reply-To: <letter-1@example.org>',
        '',
        'Thank you. The word undelivered means nothing here.',
      ),
      false,
    );
    expect(read).toEqual({
      kind: 'human-answer',
      form: 'none',
      recipients: [],
      returnedMessageId: 'letter-1@example.org',
      envelopeId: undefined,
    });
  });

  test('with the field of a bounce and no other sign of one is an answer', () => {
    const read = readReport(plain('From: x@embassy.example', 'X-Failed-Recipients: a@b.example', '', ''), false);
    expect(read.kind).toBe('human-answer');
  });

  test.each([
    ['Auto-Submitted: auto-replied'],
    ['auto-submitted: Auto-Generated; owner-email="consul@embassy.example"'],
    ['X-Autoreply: yes'],
    ['Precedence: auto_reply'],
    ['Subject: Automatic reply: A letter'],
    ['Subject: =?utf-8?B?6Ieq5YuV6L+U5L+h?='],
  ])('with the header "%s" is automatic', (header) => {
    const read = readReport(plain('From: consul@embassy.example', header, '', 'I am away.'), true);
    expect(read.kind).toBe('auto-reply');
  });

  test('with Auto-Submitted: no is written by a person', () => {
    const read = readReport(plain('From: consul@embassy.example', 'Auto-Submitted: no', '', 'Thank you.'), false);
    expect(read.kind).toBe('human-answer');
  });

  test('that shows the letter was read is automatic', () => {
    const receipt = mail(
      ['Subject: Read: A letter'],
      [
        [
          'message/disposition-notification',
          'Final-Recipient: rfc822; consul@embassy.example',
          'Original-Message-ID: <letter-1@example.org>',
          'Disposition: manual-action/MDN-sent-manually; displayed',
        ],
      ],
    );
    expect(readReport(receipt, false)).toMatchObject({
      kind: 'auto-reply',
      returnedMessageId: 'letter-1@example.org',
    });
  });

  test('of a mail filter that threw the letter away is a failure with its words', () => {
    const rejected = mail(
      ['Subject: Automatically rejected mail', 'Auto-Submitted: auto-replied (rejected)'],
      [
        ['text/plain', 'Your message to <consul@embassy.example> was automatically rejected:', 'Quota exceeded'],
        [
          'message/disposition-notification',
          'Final-Recipient: rfc822; consul@embassy.example',
          'Original-Message-ID: <letter-1@example.org>',
          'Disposition: automatic-action/MDN-sent-automatically; deleted',
        ],
      ],
    );
    const read = readReport(rejected, true);
    expect(read).toMatchObject({ kind: 'failed', returnedMessageId: 'letter-1@example.org' });
    const [recipient] = read.recipients;
    expect(
      recipient && classifyReply(recipient.evidence, { identity: 'reply-to', senderDomain: 'example.org' }).class,
    ).toBe('mailbox-full');
  });
});

describe('what cannot be read', () => {
  test.each([
    ['nothing', Buffer.alloc(0), true],
    ['more than 2 MB', Buffer.alloc(reportSizeLimit + 1, 'a'), true],
    [
      'a bounce in free words',
      plain('From: MAILER-DAEMON@embassy.example', 'Subject: failure notice', '', 'Hi.'),
      true,
    ],
    ['mail of a machine without a word', plain('From: x@embassy.example', 'Subject: Hello', '', ''), true],
    ['a report without recipients', mail([], [['message/delivery-status', 'Reporting-MTA: dns; a.example']]), true],
  ])('%s is unreadable', (_what, raw, nullSender) => {
    expect(readReport(raw, nullSender).kind).toBe('unreadable');
  });

  test('parts inside parts without end are unreadable', () => {
    const depth = 5_000;
    const lines = ['From: x@embassy.example', 'Content-Type: multipart/mixed; boundary="b0"', ''];
    for (let at = 0; at < depth; at++)
      lines.push(`--b${at}`, `Content-Type: multipart/mixed; boundary="b${at + 1}"`, '');
    expect(readReport(plain(...lines), true).kind).toBe('unreadable');
  });

  test('garbage never throws, and neither does half a report', () => {
    const whole = report('signer-dmarc');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 4_000 }).map((bytes) => Buffer.from(bytes)),
          fc.nat(whole.length).map((end) => whole.subarray(0, end)),
          fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
            const broken = Buffer.from(whole);
            broken[at] = byte;
            return broken;
          }),
        ),
        fc.boolean(),
        (raw, nullSender) => {
          const read = readReport(raw, nullSender);
          for (const { evidence } of read.recipients) expect(evidence.text.length).toBeLessThanOrEqual(1_000);
        },
      ),
      { numRuns: 300 },
    );
  });
});
