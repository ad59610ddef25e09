/** What simulated servers say: modelled on real replies, read by the real rules. */
import type { Said } from './world.ts';

const to = '<office@embassy.example>';
const spoken = (stage: Said['stage'], ...lines: string[]): Said[] =>
  lines.map((line) => {
    const code = /^\d{3}(?= )/.exec(line)?.[0];
    return { stage, code: code === undefined ? undefined : Number(code), text: line.replace(/^\d{3} /, '') };
  });

/** Passing trouble of a healthy server. */
export const moods = spoken(
  'rcpt',
  `450 4.2.0 ${to}: Recipient address rejected: Greylisted, try again in 300 seconds`,
  '451 4.3.0 Temporary local problem - please try later',
);

export const greylisting = spoken(
  'rcpt',
  `450 4.2.0 ${to}: Recipient address rejected: Greylisted, try again in 300 seconds`,
  '451 4.7.1 Please try again later',
  `450 4.2.1 ${to}: the recipient is receiving mail too quickly, try again later`,
  '421 4.7.0 Too many connections from your address, try again in 10 minutes',
);

export const outage = [
  ...spoken('connect', 'connect to mx.embassy.example[192.0.2.25]:25: Connection timed out'),
  ...spoken('banner', '421 Server busy, closing transmission channel'),
  ...spoken('rcpt', '451 4.3.0 Temporary local problem - please try later', '452 4.3.1 Insufficient system storage'),
];

/** Blocks in every wording, the vague ones included. */
export const policy = spoken(
  'dot',
  '550 5.7.1 Message rejected: the recipient has blocked mail of this campaign',
  '550 Administrative prohibition - envelope blocked - https://gateway.example/codes#550',
  '554 5.7.1 Message refused by the local policy of this organisation',
  '550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized',
  '550 5.7.1 Delivery not authorized, message refused',
);

/** Says nothing of who it means. */
export const vague = spoken(
  'dot',
  '550 5.7.1 [CS01] Message rejected due to local policy.',
  '550 5.7.1 Delivery not authorized, message refused',
);

export const listed = [
  ...spoken('rcpt', '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org'),
  ...spoken('mail', '550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list'),
  ...spoken('banner', '554 5.7.1 Connection refused: poor reputation of the sending host'),
];

export const ourDomainBlocked = spoken(
  'dot',
  '550 5.7.1 This message is likely suspicious due to the very low reputation of the sending domain.',
);

/** A signer's domain that forbids others to send in its name. */
export const dmarc = (domain: string): Said[] =>
  spoken(
    'dot',
    `550 5.7.26 Unauthenticated email from ${domain} is not accepted due to domain's DMARC policy.`,
    `550 5.7.509 Access denied, sending domain ${domain} does not pass DMARC verification and has a DMARC policy of reject.`,
  );

export const full = spoken(
  'rcpt',
  `452 4.2.2 ${to}: Mailbox is full / quota exceeded`,
  `552 5.2.2 ${to}: Mailbox is full / quota exceeded`,
);

export const unknownUser = spoken(
  'rcpt',
  `550 5.1.1 ${to}: Recipient address rejected: User unknown in local recipient table`,
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
);

/** The same words, as a report brings them. */
export const reported = (words: readonly Said[]): Said[] => words.map((said) => ({ ...said, stage: 'async' }));
