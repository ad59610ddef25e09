/** Mailgun: an HMAC over a time and a token. It does not cover the body, so a token proves one body and no other. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { hour, second } from '../../clock.ts';
import type { Report } from '../read-report.ts';
import { evidenceOf, isFresh, isSameSecret, jsonOf, notTried, relayReport, type Webhook } from './webhook.ts';

const mailgunEvent = z.looseObject({
  id: z.string(),
  event: z.string(),
  severity: z.string().optional(),
  reason: z.string().optional(),
  recipient: z.string().optional(),
  'delivery-status': z
    .looseObject({
      code: z.unknown(),
      'enhanced-code': z.string().optional(),
      message: z.string().nullish(),
      description: z.string().nullish(),
      'mx-host': z.string().optional(),
    })
    .optional(),
  message: z.looseObject({ headers: z.looseObject({ 'message-id': z.string().optional() }).optional() }).optional(),
  envelope: z.looseObject({ sender: z.string().optional() }).optional(),
});

const body = z.looseObject({
  signature: z.looseObject({ timestamp: z.string(), token: z.string().min(20).max(200), signature: z.string() }),
  'event-data': z.unknown(),
});

/** Mailgun tries for eight hours. */
const freshFor = 9 * hour;

const reported = new Set(['failed', 'rejected', 'delivered', 'complained']);

export function createMailgun(keys: readonly string[]): Webhook {
  return {
    name: 'mailgun',
    open(request) {
      const { data } = body.safeParse(jsonOf(request.body));
      if (!data) return Promise.resolve('unverified');
      const { timestamp, token, signature } = data.signature;
      const isSigned = keys.some((key) =>
        isSameSecret(signature, createHmac('sha256', key).update(timestamp).update(token).digest('hex')),
      );
      if (!isSigned) return Promise.resolve('unverified');
      if (!isFresh(Number(timestamp) * second, request.now, freshFor)) return Promise.resolve('stale');
      const event = mailgunEvent.safeParse(data['event-data']).data;
      const isReport = event !== undefined && reported.has(event.event);
      const messageId = event?.message?.headers?.['message-id'];
      return Promise.resolve({
        once: { token, keep: 2 * freshFor },
        events: isReport
          ? [
              {
                id: event.id,
                raw: Buffer.from(JSON.stringify(event)),
                returnPaths: event.envelope?.sender === undefined ? [] : [event.envelope.sender],
                messageIds: messageId === undefined ? [] : [messageId],
              },
            ]
          : [],
      });
    },
  };
}

/** Reads a stored event. */
export function readMailgunEvent(raw: Buffer): Report {
  const { data } = mailgunEvent.safeParse(jsonOf(raw));
  if (!data) return relayReport('unreadable');
  const status = data['delivery-status'];
  const said = {
    address: data.recipient,
    messageId: data.message?.headers?.['message-id'],
    remoteMta: status?.['mx-host'],
  };
  const evidence = evidenceOf(status?.message || status?.description || '', {
    code: status?.code,
    status: status?.['enhanced-code'],
  });
  switch (data.event) {
    case 'failed':
      if (data.severity === 'temporary') return relayReport('delayed', { ...said, evidence });
      if (data.reason?.startsWith('suppress-') || Number(status?.code) >= 600)
        return relayReport('failed', { ...said, evidence: notTried(data.reason ?? '') });
      return relayReport('failed', { ...said, evidence });
    case 'rejected':
      return relayReport('failed', { ...said, evidence: notTried('rejected') });
    case 'delivered':
      return relayReport('relayed', { ...said, evidence });
    case 'complained':
      return relayReport('complaint', said);
    default:
      return relayReport('unreadable');
  }
}
