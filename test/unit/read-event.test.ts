import { describe, expect, test } from 'vitest';
import { classifyReport } from '../../src/outcomes/classify-report.ts';
import { readEvent } from '../../src/outcomes/intake/read-event.ts';
import { relayNames, type RelayName } from '../../src/outcomes/returned-mail-table.ts';
import {
  brevoBounce,
  mailgunBounce,
  postmarkBounce,
  sendgridBounce,
  sesBounce,
  type AboutLetter,
} from '../support/relay-events.ts';

const about = { returnPath: 'b-1@bounce.example', messageId: '<0123456789abcdef@example.org>' };
const context = { identity: 'reply-to', senderDomain: 'example.org', signerDomain: 'mail.example' } as const;

const bounces: Record<RelayName, (said: Partial<AboutLetter>) => object> = {
  ses: (said) => JSON.parse(sesBounce({ ...about, ...said })) as object,
  sendgrid: (said) => sendgridBounce({ ...about, ...said }),
  mailgun: (said) => mailgunBounce({ ...about, ...said }),
  postmark: (said) => postmarkBounce({ ...about, ...said }),
  brevo: (said) => brevoBounce({ ...about, ...said }),
};
const read = (relay: RelayName, event: object) => readEvent(relay, Buffer.from(JSON.stringify(event)));
/** Kind of the report, then class and attribution of what it says, where it says something. */
function told(relay: RelayName, event: object): string {
  const report = read(relay, event);
  const [recipient] = report.recipients;
  if (report.kind !== 'failed' || !recipient) return report.kind;
  const found = classifyReport(recipient, context);
  return `${report.kind}: ${found.class}, ${found.attribution}`;
}

describe.each(relayNames)('%s', (relay) => {
  test.each([
    ['550 5.1.1 User unknown', 'failed: dead-mailbox, dead'],
    ['552 5.2.2 Mailbox full', 'failed: mailbox-full, full'],
    ['554 5.7.1 Rejected by the policy of the recipient', 'failed: target-block, blocked'],
    ['421 4.7.0 Too many connections from your IP', 'failed: rate, passing'],
  ])('repeats the words of the server: %s', (said, expected) => {
    // Codes that the relay adds itself must not contradict the words.
    const event = JSON.parse(
      JSON.stringify(bounces[relay]({ said })).replaceAll('"5.7.1"', `"${said.slice(4, 9)}"`),
    ) as object;
    expect(told(relay, event)).toBe(expected);
    expect(read(relay, event).recipients[0]?.address).toBe('ambassador@embassy.example');
  });

  test.each([[{}], [[]], [{ event: 7 }], [{ RecordType: 'Bounce' }], [{ mail: null }]])(
    'what has not its form is unreadable: %j',
    (event) => {
      expect(read(relay, event).kind).toBe('unreadable');
      expect(readEvent(relay, Buffer.from('\0{')).kind).toBe('unreadable');
    },
  );
});

describe('what a relay would not even try says nothing about the target', () => {
  const [ses, sendgrid, mailgun, postmark, brevo] = relayNames.map((relay) =>
    bounces[relay]({ said: '550 5.1.1 User unknown' }),
  );
  test.each<[string, RelayName, object | undefined, object]>([
    [
      'SES: on its suppression list',
      'ses',
      ses,
      {
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'OnAccountSuppressionList',
          bouncedRecipients: [
            { emailAddress: 'a@b.example', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 suppressed' },
          ],
        },
      },
    ],
    [
      'SES: suppressed for a complaint',
      'ses',
      ses,
      { bounce: undefined, complaint: { complaintSubType: 'OnAccountSuppressionList' } },
    ],
    ['SendGrid: dropped', 'sendgrid', sendgrid, { event: 'dropped', reason: 'Bounced Address' }],
    ['Mailgun: suppressed', 'mailgun', mailgun, { reason: 'suppress-bounce' }],
    [
      'Mailgun: its own code',
      'mailgun',
      mailgun,
      { 'delivery-status': { code: 605, message: 'Not delivering to previously bounced address' } },
    ],
    ['Mailgun: rejected', 'mailgun', mailgun, { event: 'rejected' }],
    ['Postmark: deactivated', 'postmark', postmark, { Type: 'ManuallyDeactivated' }],
    ['Brevo: blocked', 'brevo', brevo, { event: 'blocked' }],
    ['Brevo: an error', 'brevo', brevo, { event: 'error' }],
  ])('%s', (_what, relay, event, changes) => {
    expect(told(relay, { ...event, ...changes })).toBe('failed: our-config, ours');
  });
});

describe('other events', () => {
  test.each<[string, RelayName, object, string]>([
    ['a delay', 'ses', { bounce: undefined, deliveryDelay: { delayedRecipients: [{ status: '4.4.1' }] } }, 'delayed'],
    ['taken by the next server', 'ses', { bounce: undefined, delivery: { smtpResponse: '250 ok' } }, 'delayed'],
    ['a complaint', 'ses', { bounce: undefined, complaint: { complaintFeedbackType: 'abuse' } }, 'complaint'],
    [
      'the opposite of a complaint',
      'ses',
      { bounce: undefined, complaint: { complaintFeedbackType: 'not-spam' } },
      'unreadable',
    ],
    ['a delay', 'sendgrid', { event: 'deferred' }, 'delayed'],
    ['taken by the next server', 'sendgrid', { event: 'delivered' }, 'delayed'],
    ['a complaint', 'sendgrid', { event: 'spamreport' }, 'complaint'],
    ['a delay', 'mailgun', { severity: 'temporary' }, 'delayed'],
    ['taken by the next server', 'mailgun', { event: 'delivered' }, 'delayed'],
    ['a complaint', 'mailgun', { event: 'complained' }, 'complaint'],
    ['a delay', 'postmark', { Type: 'Transient' }, 'delayed'],
    ['taken by the next server', 'postmark', { RecordType: 'Delivery' }, 'delayed'],
    ['a complaint', 'postmark', { RecordType: 'SpamComplaint' }, 'complaint'],
    ['an out-of-office note', 'postmark', { Type: 'AutoResponder' }, 'auto-reply'],
    ['a delay', 'brevo', { event: 'deferred' }, 'delayed'],
    ['taken by the next server', 'brevo', { event: 'delivered' }, 'delayed'],
    ['a complaint', 'brevo', { event: 'spam' }, 'complaint'],
    ['opened', 'brevo', { event: 'opened' }, 'unreadable'],
  ])('%s, from %s', (_what, relay, changes, expected) => {
    expect(told(relay, { ...bounces[relay]({}), ...changes })).toBe(expected);
  });

  test('a bounce of SES without words may be an out-of-office note: a person looks at it', () => {
    const bounce = {
      bounceType: 'Transient',
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress: 'a@b.example' }],
    };
    expect(told('ses', { ...bounces.ses({}), bounce })).toBe('unreadable');
    expect(
      told('ses', { ...bounces.ses({}), bounce: { ...bounce, bounceType: 'Permanent', bounceSubType: 'NoEmail' } }),
    ).toMatch(/^failed/);
  });

  test.each(relayNames.filter((relay) => relay !== 'postmark' && relay !== 'ses'))(
    '%s names our Message-ID',
    (relay) => {
      expect(read(relay, bounces[relay]({})).returnedMessageId).toBe('0123456789abcdef@example.org');
    },
  );
});
