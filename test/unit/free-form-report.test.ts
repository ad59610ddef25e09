/** Reports in free words, in the forms of many servers; modelled on them, written here. */
import { describe, expect, test } from 'vitest';
import { classifyReport } from '../../src/outcomes/classify-report.ts';
import { readReport } from '../../src/outcomes/read-report.ts';

const context = { identity: 'reply-to', senderDomain: 'sender.example' } as const;
const letter = [
  'Return-Path: <b-1@bounce.example.org>',
  'Message-ID: <letter-1@example.org>',
  'From: letters@example.org',
  'To: office@embassy.example',
  'Subject: A letter',
];

function mail(from: string, subject: string, ...body: string[]): Buffer {
  return Buffer.from(
    [`From: ${from}`, 'To: b-1@bounce.example.org', `Subject: ${subject}`, '', ...body, ''].join('\n'),
  );
}

const daemon = 'MAILER-DAEMON@mx.embassy.example';

describe('a report in free words', () => {
  test.each([
    [
      'qmail',
      mail(
        daemon,
        'failure notice',
        'Hi. This is the qmail-send program.',
        "I'm afraid I wasn't able to deliver your message to the following addresses.",
        '',
        '<office@embassy.example>:',
        '192.0.2.1 does not like recipient.',
        'Remote host said: 552 disk quota exceeded',
        '',
        '--- Below this line is a copy of the message.',
        '',
        ...letter,
      ),
      'full',
    ],
    [
      'Exim, with the command it answered',
      mail(
        'Mail Delivery System <Mailer-Daemon@mx.example.net>',
        'Mail delivery failed: returning message to sender',
        'A message that you sent could not be delivered to one or more of its recipients.',
        '',
        '  office@embassy.example',
        '    SMTP error from remote mail server after MAIL FROM:<b-1@bounce.example.org> SIZE=15430:',
        '    host mx.embassy.example [192.0.2.20]: 554 5.7.1 Reverse DNS failed.',
        '',
        '------ This is a copy of the message, including all the headers. ------',
        '',
        ...letter,
      ),
      'ours',
    ],
    [
      'Exchange 5.5',
      mail(
        'System Administrator <postmaster@embassy.example>',
        'Undeliverable: A letter',
        'Your message',
        '',
        '  To:      office@embassy.example',
        '  Subject: A letter',
        '',
        'did not reach the following recipient(s):',
        '',
        'office@embassy.example on Thu, 29 Apr 2010 16:51:51 -0500',
        '    The recipient name is not recognized',
      ),
      'dead',
    ],
    [
      'Domino, with the reason last',
      mail(
        'Postmaster@embassy.example',
        'DELIVERY FAILURE: User not listed in Domino Directory',
        'was not delivered to:',
        '  office@embassy.example',
        'because:',
        '  User office (office@embassy.example) not listed in Domino Directory',
      ),
      'dead',
    ],
    [
      'a Japanese filter',
      mail(
        'POSTMASTER <postmaster@embassy.example>',
        'failure notice',
        '以下のメールアドレスへの送信に失敗しました。',
        'office@embassy.example',
        '',
        '-------server message',
        '550 unknown user <office@embassy.example>',
        '-------original message',
        ...letter,
      ),
      'dead',
    ],
    [
      'MailEnable',
      mail(
        'Delivery Subsystem <POSTMASTER@embassy.example>',
        'Message Delivery Failure',
        'The following recipient(s) could not be reached:',
        '',
        '\tRecipient: [SMTP:office@embassy.example]',
        '\tReason: Remote SMTP Server Returned: 550 5.7.1 Blocked by administrator policy',
      ),
      'blocked',
    ],
    [
      'a server that tried for days',
      mail(
        daemon,
        'Undeliverable Mail',
        'Delivery failed 20 attempts: office@embassy.example',
        'Original message follows.',
        '',
        ...letter,
      ),
      'passing',
    ],
  ])('of %s names the recipient and whose failure it was', (_form, raw, attribution) => {
    const read = readReport(raw, true);
    expect(read).toMatchObject({
      kind: 'failed',
      form: 'free-form',
      recipients: [{ address: 'office@embassy.example' }],
    });
    const [recipient] = read.recipients;
    if (!recipient) throw new Error('no recipient');
    expect(classifyReport(recipient, context).attribution).toBe(attribution);
  });

  test('says whose letter it returns, however it quotes it', () => {
    const quoted = mail(
      daemon,
      'failure notice',
      'It could not be delivered:',
      '<office@embassy.example>:',
      'No such user',
      '',
      '----- Original message -----',
      ...letter,
    );
    expect(readReport(quoted, true).returnedMessageId).toBe('letter-1@example.org');
  });

  test('that the letter still waits is no failure', () => {
    const raw = mail(
      'Mail Delivery System <mailer-daemon@mx.example.net>',
      'Warning: message 1 delayed 24 hours',
      'A message that you sent has not yet been delivered to one or more of its recipients.',
      '  office@embassy.example',
      '    Delay reason: 450 try later',
      'Delivery attempts will continue for some time.',
    );
    expect(readReport(raw, true)).toMatchObject({
      kind: 'delayed',
      recipients: [{ address: 'office@embassy.example' }],
    });
  });

  test('has each of several recipients with its own reason', () => {
    const raw = mail(
      daemon,
      'failure notice',
      'Could not be delivered:',
      '<a@embassy.example>:',
      '552 over quota',
      '',
      '<b@embassy.example>:',
      '550 5.1.1 User unknown',
      '',
    );
    const attributions = readReport(raw, true).recipients.map((one) => [
      one.address,
      classifyReport(one, context).attribution,
    ]);
    expect(attributions).toEqual([
      ['a@embassy.example', 'full'],
      ['b@embassy.example', 'dead'],
    ]);
  });

  test('packed by a gateway into a mail of its own is found', () => {
    const inner = mail(
      daemon,
      'failure notice',
      'Could not be delivered:',
      '<office@embassy.example>:',
      'No such user',
    ).toString();
    const raw = Buffer.from(
      [
        'From: postmaster@gateway.example',
        'Subject: Fwd',
        'Content-Type: multipart/mixed; boundary="x"',
        '',
        '--x',
        'Content-Type: message/rfc822',
        '',
        inner,
        '--x--',
        '',
      ].join('\n'),
    );
    expect(readReport(raw, true)).toMatchObject({
      kind: 'failed',
      recipients: [{ address: 'office@embassy.example' }],
    });
  });
});

/** One address and one reason, as the servers named say it. */
const forms: [server: string, from: string, subject: string, attribution: string, ...body: string[]][] = [
  [
    'Active!hunter',
    daemon,
    'FAILURE NOTICE :',
    'dead',
    '  ----- The following addresses had permanent fatal errors -----',
    '',
    '>>> office@embassy.example <office@embassy.example>',
    '',
    '  ----- Transcript of session follows -----',
    '550 sorry, no mailbox here by that name (#5.1.1 - chkusr)',
  ],
  [
    'Apache James',
    'postmaster@embassy.example',
    '[BOUNCE]',
    'dead',
    'Message details:',
    '  Subject: A letter',
    '  MAIL FROM: b-1@bounce.example.org',
    '  RCPT TO: office@embassy.example',
    '  Size (in bytes): 1024',
    '',
    'Error message below:',
    '550 - Requested action not taken: no such user here',
  ],
  [
    'Courier',
    'Courier mail server <postmaster@mx.embassy.example>',
    'NOTICE: mail delivery status.',
    'dead',
    'UNDELIVERABLE MAIL',
    '',
    'Your message to the following recipients cannot be delivered:',
    '',
    '<office@embassy.example>:',
    '    mx.embassy.example [192.0.2.20]:',
    '    >>> RCPT TO:<office@embassy.example>',
    '    <<< 550 5.1.1 <office@embassy.example>... User Unknown',
  ],
  [
    '1&1',
    'Mail Delivery System <mailer-daemon@relay.example>',
    'Mail delivery failed: returning message to sender',
    'dead',
    'A message that you have sent could not be delivered to one or more recipients.',
    'This is a permanent error. The following address failed:',
    '',
    '  "office@embassy.example":',
    '    SMTP error from remote server after RCPT command:',
    '    host: mx.embassy.example',
    '    5.1.1 <office@embassy.example>: User unknown',
  ],
  [
    'IMail',
    'Postmaster@embassy.example',
    'Undeliverable Mail',
    'full',
    'User mailbox exceeds allowed size: office@embassy.example',
    '',
    'Original message follows.',
  ],
  [
    'MailFoundry',
    daemon,
    'Message delivery has failed',
    'dead',
    'Unable to deliver message to: <office@embassy.example>',
    'Delivery failed for the following reason:',
    'Server mx.embassy.example[192.0.2.222] failed with: 550 <office@embassy.example> No such user here',
  ],
  [
    'MailMarshal',
    daemon,
    'Undeliverable Mail: "A letter"',
    'dead',
    'Could not be delivered because of',
    '',
    '550 5.1.1 User unknown',
    '',
    'The following recipients were affected:',
    '    office@embassy.example',
  ],
  [
    'OpenSMTPD',
    'Mailer Daemon <MAILER-DAEMON@mx.example.net>',
    'Delivery status notification: error',
    'full',
    'An error has occurred while attempting to deliver a message for',
    'the following list of recipients:',
    '',
    'office@embassy.example: 550 5.2.2 <office@embassy.example>... Mailbox Full',
    '',
    'Below is a copy of the original message:',
  ],
  [
    'GroupWise',
    'Mailer-Daemon@embassy.example',
    'Message status - undeliverable',
    'dead',
    'The message that you sent was undeliverable to the following:',
    '\toffice@embassy.example (user not found)',
  ],
  [
    'CompuServe',
    'CompuServe Postmaster <postmaster@embassy.example>',
    'Undeliverable Message',
    'dead',
    'Invalid receiver address: office@embassy.example',
  ],
  [
    'Biglobe',
    'postmaster@embassy.example',
    'Returned mail: Service unavailable',
    'full',
    '   ----- The following addresses had delivery problems -----',
    'office@embassy.example',
    "   The number of messages in recipient's mailbox exceeded the local limit.",
  ],
  [
    'Yahoo',
    'MAILER-DAEMON@mail.example',
    'Delivery failure',
    'dead',
    'Unable to deliver message to the following address(es).',
    '',
    '<office@embassy.example>:',
    "This user doesn't have a mail.example account (office@embassy.example) [-9]",
    '',
    '--- Original message follows.',
  ],
  [
    'Gmail',
    'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    'Delivery Status Notification (Failure)',
    'blocked',
    'Delivery to the following recipient failed permanently:',
    '',
    '     office@embassy.example',
    '',
    'Technical details of permanent failure:',
    'The error that the other server returned was: 550 550 5.7.1 Message rejected due to content restrictions (state 17).',
  ],
  [
    'a German provider',
    daemon,
    'Unzustellbar: Brief',
    'dead',
    'Ihre Nachricht konnte nicht zugestellt werden:',
    '<office@embassy.example>: Der Benutzer existiert nicht',
  ],
];

describe('a report of', () => {
  test.each(forms)('%s', (_server, from, subject, attribution, ...body) => {
    const read = readReport(mail(from, subject, ...body, '', ...letter), true);
    expect(read).toMatchObject({ kind: 'failed', recipients: [{ address: 'office@embassy.example' }] });
    expect(read.recipients.map((one) => classifyReport(one, context).attribution)).toEqual([attribution]);
  });
});

describe('what is no report', () => {
  test.each([
    [
      'a person who writes about one',
      mail('consul@embassy.example', 'Re: A letter', 'Your mail could not be delivered last week, I hear. It arrived.'),
      'human-answer',
    ],
    [
      'a person who passes one on',
      mail(
        'consul@embassy.example',
        'Fwd: Undelivered Mail Returned to Sender',
        'What is this?',
        '> could not be delivered to <reception@embassy.example>: 550 5.1.1 User unknown',
      ),
      'human-answer',
    ],
    [
      'an out-of-office note',
      mail(
        'consul@embassy.example',
        'Out of office: A letter',
        'I am away. Undeliverable matters go to reception@embassy.example.',
      ),
      'auto-reply',
    ],
    [
      'a challenge',
      mail(
        'consul@embassy.example',
        'Please confirm your message',
        'Click the link below to verify that you are human.',
      ),
      'auto-reply',
    ],
  ])('%s', (_what, raw, kind) => {
    expect(readReport(raw, false).kind).toBe(kind);
  });
});
