/** Amazon SES: bounces, complaints and deliveries that come over an SNS topic. */
import { z } from 'zod';
import type { Report } from '../read-report.ts';
import { createSns, type SnsNeeds } from './sns.ts';
import { evidenceOf, jsonOf, notTried, relayReport, type RelayEvent, type Webhook } from './webhook.ts';

const recipients = z
  .array(
    z.looseObject({
      emailAddress: z.string().optional(),
      status: z.string().optional(),
      diagnosticCode: z.string().optional(),
    }),
  )
  .optional();

/** `notificationType` of feedback notifications, `eventType` of event publishing: the rest is the same. */
const sesEvent = z.looseObject({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.looseObject({
    timestamp: z.string().optional(),
    messageId: z.string(),
    /** The envelope sender: our return path. */
    source: z.string().optional(),
    headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
  }),
  bounce: z
    .looseObject({
      bounceType: z.string(),
      bounceSubType: z.string().optional(),
      bouncedRecipients: recipients,
      feedbackId: z.string().optional(),
      remoteMtaIp: z.string().optional(),
    })
    .optional(),
  complaint: z
    .looseObject({
      complainedRecipients: recipients,
      complaintSubType: z.string().nullish(),
      complaintFeedbackType: z.string().nullish(),
      feedbackId: z.string().optional(),
    })
    .optional(),
  delivery: z
    .looseObject({
      timestamp: z.string().optional(),
      recipients: z.array(z.string()).optional(),
      smtpResponse: z.string().optional(),
      reportingMTA: z.string().optional(),
    })
    .optional(),
  deliveryDelay: z.looseObject({ timestamp: z.string().optional(), delayedRecipients: recipients }).optional(),
});
type SesEvent = z.infer<typeof sesEvent>;

export function createSes(needs: SnsNeeds): Webhook {
  const sns = createSns(needs);
  return {
    name: 'ses',
    async open(request) {
      const read = await sns.read(request);
      if (typeof read === 'string') return read;
      return { events: read.text === undefined ? [] : eventsIn(read.text) };
    },
  };
}

function eventsIn(text: string): RelayEvent[] {
  const parsed = sesEvent.safeParse(jsonOf(text));
  // SES sends a sentence when a topic is set up.
  if (!parsed.success) return [];
  const { mail, bounce, complaint, delivery, deliveryDelay } = parsed.data;
  if (!(bounce ?? complaint ?? delivery ?? deliveryDelay)) return [];
  const when = delivery?.timestamp ?? deliveryDelay?.timestamp ?? '';
  return [
    {
      id: JSON.stringify([mail.messageId, typeOf(parsed.data), bounce?.feedbackId ?? complaint?.feedbackId ?? when]),
      raw: Buffer.from(text),
      returnPaths: mail.source === undefined ? [] : [mail.source],
      messageIds: [ourMessageId(parsed.data)].filter((id) => id !== undefined),
    },
  ];
}

const typeOf = ({ notificationType, eventType }: SesEvent): string => notificationType ?? eventType ?? '';

/** SES replaces the Message-ID; the one we gave is among the headers, where the topic's settings include them. */
function ourMessageId({ mail }: SesEvent): string | undefined {
  return mail.headers?.find(({ name }) => name.toLowerCase() === 'message-id')?.value;
}

/** Sub-types of what SES did not hand to anybody. */
const suppressed = new Set(['Suppressed', 'OnAccountSuppressionList', 'UnsubscribedRecipient']);

/** Reads a stored event. */
export function readSesEvent(raw: Buffer): Report {
  const parsed = sesEvent.safeParse(jsonOf(raw));
  if (!parsed.success) return relayReport('unreadable');
  const { bounce, complaint, delivery, deliveryDelay } = parsed.data;
  const messageId = ourMessageId(parsed.data);
  if (bounce) {
    const { bounceType, bounceSubType = '', bouncedRecipients: [one] = [], remoteMtaIp: remoteMta } = bounce;
    const shared = { address: one?.emailAddress, remoteMta, messageId };
    if (suppressed.has(bounceSubType)) return relayReport('failed', { ...shared, evidence: notTried(bounceSubType) });
    // Without a server's words, "Transient" may be an out-of-office note as well: a person has to look.
    if (one?.diagnosticCode === undefined && bounceType !== 'Permanent') return relayReport('unreadable');
    const said = one?.diagnosticCode ?? `${bounceType} bounce: ${bounceSubType.replace(/\B([A-Z])/g, ' $1')}`;
    return relayReport('failed', { ...shared, evidence: evidenceOf(said, { status: one?.status }) });
  }
  if (complaint) {
    const [one] = complaint.complainedRecipients ?? [];
    const said = { address: one?.emailAddress, messageId };
    if (suppressed.has(complaint.complaintSubType ?? ''))
      return relayReport('failed', { ...said, evidence: notTried(complaint.complaintSubType ?? '') });
    return relayReport(complaint.complaintFeedbackType === 'not-spam' ? 'unreadable' : 'complaint', said);
  }
  if (deliveryDelay) {
    const [one] = deliveryDelay.delayedRecipients ?? [];
    const evidence = evidenceOf(one?.diagnosticCode, { status: one?.status });
    return relayReport('delayed', { address: one?.emailAddress, evidence, messageId });
  }
  if (!delivery) return relayReport('unreadable');
  return relayReport('relayed', {
    address: delivery.recipients?.[0],
    evidence: evidenceOf(delivery.smtpResponse),
    messageId,
  });
}
