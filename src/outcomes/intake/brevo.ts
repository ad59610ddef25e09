/** Brevo: nothing is signed; a token that it sends along is all the proof there is. */
import { z } from 'zod';
import type { Report } from '../read-report.ts';
import { evidenceOf, isSameSecret, jsonOf, notTried, relayReport, type RelayEvent, type Webhook } from './webhook.ts';

const brevoEvent = z.looseObject({
  event: z.string(),
  email: z.string().optional(),
  /** The Message-ID we gave. */
  'message-id': z.string().optional(),
  ts_event: z.unknown(),
  date: z.unknown(),
  reason: z.string().nullish(),
});

const reported = new Set(
  'hard_bounce soft_bounce blocked invalid_email error deferred delivered spam complaint'.split(' '),
);

export function createBrevo(tokens: readonly string[]): Webhook {
  return {
    name: 'brevo',
    open({ header, body }) {
      const [, given = ''] = /^Bearer +(\S{1,1000})$/i.exec(header('Authorization') ?? '') ?? [];
      const isOurs = tokens.some((token) => isSameSecret(given, token));
      return Promise.resolve(isOurs ? { events: eventsIn(body) } : 'unverified');
    },
  };
}

function eventsIn(body: Buffer): RelayEvent[] {
  const parsed = jsonOf(body);
  return (Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]).flatMap((each): RelayEvent[] => {
    const { data } = brevoEvent.safeParse(each);
    if (!data || !reported.has(data.event)) return [];
    const messageId = data['message-id'];
    return [
      {
        // Brevo's `id` is the webhook's.
        id: JSON.stringify([data.event, messageId, data.ts_event ?? data.date]),
        raw: Buffer.from(JSON.stringify(each)),
        returnPaths: [],
        messageIds: messageId === undefined ? [] : [messageId],
      },
    ];
  });
}

/** Reads a stored event. */
export function readBrevoEvent(raw: Buffer): Report {
  const { data } = brevoEvent.safeParse(jsonOf(raw));
  if (!data) return relayReport('unreadable');
  const said = { address: data.email, messageId: data['message-id'] };
  const evidence = evidenceOf(data.reason ?? '');
  switch (data.event) {
    // A soft bounce is final too: what Brevo tries again is called deferred.
    case 'hard_bounce':
    case 'soft_bounce':
      return relayReport('failed', { ...said, evidence });
    case 'blocked':
    case 'invalid_email':
    case 'error':
      return relayReport('failed', { ...said, evidence: notTried(data.event.replace('_', ' ')) });
    case 'deferred':
      return relayReport('delayed', { ...said, evidence });
    case 'delivered':
      return relayReport('relayed', { ...said, evidence });
    case 'spam':
    case 'complaint':
      return relayReport('complaint', said);
    default:
      return relayReport('unreadable');
  }
}
