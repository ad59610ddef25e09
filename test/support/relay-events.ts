/** Relays as their webhooks look from outside: events in their own form, with the proof each of them gives. */
import { execFileSync } from 'node:child_process';
import { createHmac, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The letter an event is about. */
export interface AboutLetter {
  returnPath: string;
  messageId: string;
  recipient?: string;
  /** What the server said, with its codes. */
  said?: string;
  /** Makes each event another one. */
  id?: string;
}

export interface SignedRequest {
  body: string;
  headers: Record<string, string>;
}

const refusal = '550 5.7.1 Message refused by the local policy of this organisation';
const mailbox = 'ambassador@embassy.example';

// --- Amazon SES over SNS ---

export interface FakeSns {
  /** For `SNS_ENDPOINT`. */
  endpoint: string;
  /** What was asked for, oldest first. */
  asked: string[];
  /** Signs any message as AWS would. */
  sign(message: Record<string, string>): Record<string, string>;
  close(): void;
}

export const topic = 'arn:aws:sns:eu-west-1:123456789012:returned-mail';

/** A stand-in for the hosts of AWS: serves a certificate of its own making, and notes confirmations. */
export async function fakeSns(): Promise<FakeSns> {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-sns-'));
  const [key, pem] = [join(folder, 'key'), join(folder, 'pem')];
  const self = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=sns.amazonaws.com'];
  execFileSync('openssl', [...self, '-keyout', key, '-out', pem], { stdio: 'ignore' });
  const [privateKey, certificate] = [readFileSync(key), readFileSync(pem)];
  rmSync(folder, { recursive: true });
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(request.url?.endsWith('.pem') ? certificate : '<ConfirmSubscriptionResponse/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fields = {
    Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
    SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  };
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    sign(message) {
      const text = fields[message['Type'] as keyof typeof fields]
        .flatMap((name) => (message[name] === undefined ? [] : [`${name}\n${message[name]}\n`]))
        .join('');
      const algorithm = message['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
      return { ...message, Signature: createSign(algorithm).update(text).sign(privateKey, 'base64') };
    },
    close: () => void server.close(),
  };
}

/** An SNS notification with anything in it. */
export function snsMessage(text: string, now: number, changes: Record<string, string> = {}): Record<string, string> {
  return {
    Type: 'Notification',
    MessageId: randomBytes(8).toString('hex'),
    TopicArn: topic,
    Message: text,
    Timestamp: new Date(now).toISOString(),
    SignatureVersion: '2',
    SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
    ...changes,
  };
}

/** https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html */
export function sesBounce({ returnPath, recipient = mailbox, said = refusal, id = 'one' }: AboutLetter): string {
  return JSON.stringify({
    notificationType: 'Bounce',
    bounce: {
      feedbackId: `0102-${id}`,
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [
        { emailAddress: recipient, action: 'failed', status: '5.7.1', diagnosticCode: `smtp; ${said}` },
      ],
      remoteMtaIp: '192.0.2.7',
    },
    mail: {
      timestamp: '2020-06-15T03:00:00.000Z',
      messageId: '0102-mail',
      source: returnPath,
      destination: [recipient],
    },
  });
}

// --- SendGrid ---

const sendgridKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const sendgridKey = sendgridKeys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

export function sendgridRequest(
  events: readonly object[],
  now: number,
  key: KeyObject = sendgridKeys.privateKey,
): SignedRequest {
  const body = JSON.stringify(events);
  const timestamp = String(Math.floor(now / 1000));
  const signature = createSign('SHA256').update(timestamp).update(body).sign(key, 'base64');
  return {
    body,
    headers: {
      'X-Twilio-Email-Event-Webhook-Signature': signature,
      'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
    },
  };
}

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
export function sendgridBounce({ messageId, recipient = mailbox, said = refusal, id = 'one' }: AboutLetter): object {
  return {
    email: recipient,
    timestamp: 1592190000,
    'smtp-id': messageId,
    event: 'bounce',
    type: 'bounce',
    sg_event_id: `event-${id}`,
    sg_message_id: 'x.filter0001',
    reason: said,
    status: '5.7.1',
  };
}

// --- Mailgun ---

export const mailgunKey = 'mailgun-signing-key-0123456789';

export function mailgunRequest(event: object, now: number, token = randomBytes(25).toString('hex')): SignedRequest {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', mailgunKey).update(timestamp).update(token).digest('hex');
  return { body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }), headers: {} };
}

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure */
export function mailgunBounce({
  returnPath,
  messageId,
  recipient = mailbox,
  said = refusal,
  id = 'one',
}: AboutLetter): object {
  const [, code, enhanced, words] = /^(\d+) (\S+) (.*)$/.exec(said) ?? [];
  return {
    id: `mg-${id}`,
    timestamp: 1592190000.1,
    event: 'failed',
    severity: 'permanent',
    reason: 'generic',
    recipient,
    'delivery-status': {
      code: Number(code),
      'enhanced-code': enhanced,
      message: words,
      'mx-host': 'mx.embassy.example',
    },
    envelope: { sender: returnPath, targets: recipient },
    message: { headers: { 'message-id': messageId.replace(/[<>]/g, ''), to: recipient } },
  };
}

// --- Postmark ---

export const postmarkLogin = 'todoke:a long password: really';
export const basic = (login: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
});

/** https://postmarkapp.com/developer/webhooks/bounce-webhook, with the bounce's content */
export function postmarkBounce({ messageId, recipient = mailbox, said = refusal, id = '1' }: AboutLetter): object {
  return {
    RecordType: 'Bounce',
    ID: Number(id) || 1,
    Type: 'Blocked',
    TypeCode: 100006,
    MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
    Description: 'The message was blocked.',
    Details: `smtp;${said}`,
    Email: recipient,
    BouncedAt: '2020-06-15T03:00:00Z',
    Content: `Content-Type: message/delivery-status\n\nAction: failed\n\n--b\n\nMessage-ID: ${messageId}\nSubject: x\n`,
  };
}

// --- Brevo ---

export const brevoToken = 'brevo-token-0123456789';
export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

/** https://developers.brevo.com/docs/transactional-webhooks */
export function brevoBounce({ messageId, recipient = mailbox, said = refusal, id = '1' }: AboutLetter): object {
  return {
    event: 'hard_bounce',
    email: recipient,
    id: 26224,
    date: '2020-06-15 05:00:00',
    ts: 1592190000,
    'message-id': messageId,
    ts_event: 1592190000 + Number(id),
    subject: 'x',
    reason: said,
  };
}
