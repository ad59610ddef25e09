/** Postmark: nothing is signed; a login in the webhook's URL is all the proof there is. */
import { z } from 'zod';
import type { Report } from '../read-report.ts';
import { evidenceOf, isSameSecret, jsonOf, notTried, relayReport, type RelayEvent, type Webhook } from './webhook.ts';

const postmarkEvent = z.looseObject({
  RecordType: z.enum(['Bounce', 'SpamComplaint', 'Delivery']),
  ID: z.number().optional(),
  /** Postmark's own id, not the Message-ID. */
  MessageID: z.string(),
  Type: z.string().optional(),
  Email: z.string().optional(),
  Recipient: z.string().optional(),
  Details: z.string().nullish(),
  Description: z.string().nullish(),
  DeliveredAt: z.string().optional(),
  /** The returned mail itself, where the webhook's settings include it. */
  Content: z.string().nullish(),
});
type PostmarkEvent = z.infer<typeof postmarkEvent>;

export function createPostmark(logins: readonly string[]): Webhook {
  return {
    name: 'postmark',
    open({ header, body }) {
      const [, encoded = ''] = /^Basic +([A-Za-z0-9+/=]{1,1000})$/i.exec(header('Authorization') ?? '') ?? [];
      const given = Buffer.from(encoded, 'base64').toString();
      const isOurs = logins.some((login) => isSameSecret(given, login));
      return Promise.resolve(isOurs ? { events: eventsIn(body) } : 'unverified');
    },
  };
}

function eventsIn(body: Buffer): RelayEvent[] {
  const { data } = postmarkEvent.safeParse(jsonOf(body));
  if (!data) return [];
  return [
    {
      id: JSON.stringify([data.RecordType, data.MessageID, data.ID ?? data.DeliveredAt]),
      raw: body,
      ...namesIn(data),
    },
  ];
}

/** Postmark names neither our return path nor our Message-ID; the returned mail does. */
function namesIn({ Content }: PostmarkEvent): Pick<RelayEvent, 'returnPaths' | 'messageIds'> {
  const text = Content ?? '';
  return {
    returnPaths: text.match(/b-1[0-9a-v]-[0-9a-v-]{38}@[a-z0-9.-]{1,255}/gi)?.slice(0, 5) ?? [],
    messageIds: [...text.matchAll(/^[>\s]{0,8}message-id:\s{0,8}(<[^\s<>]{1,320}>)/gim)]
      .map(([, id = '']) => id)
      .slice(0, 20),
  };
}

/** Types of https://postmarkapp.com/developer/api/bounce-api that are no refusal by the target. */
const notTriedTypes = new Set([
  'ManuallyDeactivated',
  'SMTPApiError',
  'InboundError',
  'DMARCPolicy',
  'TemplateRenderingFailed',
  'Unconfirmed',
]);
const ofMachines = new Set([
  'AutoResponder',
  'ChallengeVerification',
  'AddressChange',
  'Subscribe',
  'Unsubscribe',
  'OpenRelayTest',
]);

/** Reads a stored event. */
export function readPostmarkEvent(raw: Buffer): Report {
  const { data } = postmarkEvent.safeParse(jsonOf(raw));
  if (!data) return relayReport('unreadable');
  const { Type = '', Details, Description } = data;
  const address = data.Email ?? data.Recipient;
  const evidence = evidenceOf(Details || Description || '');
  if (data.RecordType === 'Delivery') return relayReport('relayed', { address, evidence });
  if (data.RecordType === 'SpamComplaint' || Type === 'SpamComplaint') return relayReport('complaint', { address });
  if (ofMachines.has(Type)) return { ...relayReport('complaint', { address }), kind: 'auto-reply' };
  if (Type === 'Transient') return relayReport('delayed', { address, evidence });
  if (notTriedTypes.has(Type)) return relayReport('failed', { address, evidence: notTried(Type) });
  return relayReport(Type === 'Unknown' && evidence.text === '' ? 'unreadable' : 'failed', { address, evidence });
}
