/** SendGrid: the event webhook, signed with ECDSA over its time and the raw body. */
import { createPublicKey, createVerify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { second } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Report } from '../read-report.ts';
import {
  aDayAndMore,
  evidenceOf,
  isFresh,
  jsonOf,
  notTried,
  relayReport,
  type RelayEvent,
  type Webhook,
} from './webhook.ts';

const sendgridEvent = z.looseObject({
  event: z.string(),
  email: z.string().optional(),
  sg_event_id: z.string(),
  /** The Message-ID we gave. */
  'smtp-id': z.string().optional(),
  status: z.string().optional(),
  reason: z.string().optional(),
  response: z.string().optional(),
});

/** Clicks and their like are no reports. */
const reported = new Set(['bounce', 'dropped', 'deferred', 'delivered', 'spamreport']);

/** `keys`: base64 of the public keys that SendGrid shows. Throws `invalid` for one that is none. */
export function createSendGrid(keys: readonly string[]): Webhook {
  const publicKeys = keys.map(keyOf);
  return {
    name: 'sendgrid',
    open({ header, body, now }) {
      const signature = header('X-Twilio-Email-Event-Webhook-Signature') ?? '';
      const time = header('X-Twilio-Email-Event-Webhook-Timestamp') ?? '';
      if (!publicKeys.some((key) => isSigned(key, time, body, signature))) return Promise.resolve('unverified');
      if (!isFresh(Number(time) * second, now, aDayAndMore)) return Promise.resolve('stale');
      return Promise.resolve({ events: eventsIn(body) });
    },
  };
}

function keyOf(base64: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ec') return key;
  } catch {
    // Said below, without repeating what it was.
  }
  throw new AppError('invalid', 'SENDGRID_KEYS: a key is no ECDSA public key in base64, as SendGrid shows it.');
}

function isSigned(key: KeyObject, time: string, body: Buffer, signature: string): boolean {
  try {
    return createVerify('SHA256').update(time).update(body).verify(key, signature, 'base64');
  } catch {
    return false;
  }
}

function eventsIn(body: Buffer): RelayEvent[] {
  const parsed = z.array(z.unknown()).safeParse(jsonOf(body));
  return (parsed.data ?? []).flatMap((each): RelayEvent[] => {
    const { data } = sendgridEvent.safeParse(each);
    if (!data || !reported.has(data.event)) return [];
    return [
      {
        id: data.sg_event_id,
        raw: Buffer.from(JSON.stringify(each)),
        returnPaths: [],
        messageIds: data['smtp-id'] === undefined ? [] : [data['smtp-id']],
      },
    ];
  });
}

/** Reads a stored event. */
export function readSendGridEvent(raw: Buffer): Report {
  const { data } = sendgridEvent.safeParse(jsonOf(raw));
  if (!data) return relayReport('unreadable');
  const said = { address: data.email, messageId: data['smtp-id'] };
  switch (data.event) {
    case 'bounce':
      return relayReport('failed', { ...said, evidence: evidenceOf(data.reason, { status: data.status }) });
    case 'dropped':
      return relayReport('failed', { ...said, evidence: notTried(data.reason ?? '') });
    case 'deferred':
      return relayReport('delayed', { ...said, evidence: evidenceOf(data.response ?? data.reason) });
    case 'delivered':
      return relayReport('relayed', { ...said, evidence: evidenceOf(data.response) });
    case 'spamreport':
      return relayReport('complaint', said);
    default:
      return relayReport('unreadable');
  }
}
