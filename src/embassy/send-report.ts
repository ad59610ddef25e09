/** Sends the report about a letter that an embassy took: the truth, or a chosen lie about it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { asError } from '../errors.ts';
import { deliveryReport } from './delivery-report.ts';
import type { ReceivedMail } from './personality.ts';
import type { ReturnedReport } from './returned-report.ts';
import { sendBack } from './send-back.ts';

interface Needs {
  hostname: string;
  clock: Clock;
  /** The bounce listener. */
  to: { host: string; port: number };
  signal: AbortSignal;
}

/** Tries, and milliseconds that grow between them, while the bounce listener is away or says 4xx. */
const tries = 8;
const pause = 250;

/** Gives the listener's last reply, or undefined when the embassy closed first. */
export async function sendReport(
  { hostname, clock, to, signal }: Needs,
  mail: ReceivedMail,
  report: ReturnedReport,
  queueId: string,
): Promise<string | undefined> {
  const envelope = envelopeOf(mail, report);
  const envelopeId = mail.envelope.envelopeId;
  let reply: string | undefined;
  try {
    await sleep(report.after ?? 0, undefined, { signal });
    const raw = deliveryReport({ reportingMta: hostname, queueId, ...envelope, envelopeId, report, at: clock.now() });
    for (let tried = 1; tried <= tries; tried++) {
      if (tried > 1) await sleep(pause * tried, undefined, { signal });
      reply = await sendBack({ ...to, name: hostname, ...envelope, raw, signal }).catch(
        (thrown: unknown) => `4 ${asError(thrown).message}`,
      );
      if (!reply.startsWith('4')) break;
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  return signal.aborted ? undefined : reply;
}

/** From whom and whereto the report goes, about whose mailbox and which letter it speaks. */
function envelopeOf(
  { envelope, raw }: ReceivedMail,
  { forged }: ReturnedReport,
): { from: string; to: string; recipient: string; letter: Buffer } {
  const [local = '', domain = ''] = envelope.from.split('@');
  const truth = { from: '', to: envelope.from, recipient: envelope.to[0] ?? '', letter: raw };
  if (forged === undefined) return truth;
  switch (forged) {
    case 'wrong-signature':
      return { ...truth, to: `${local.slice(0, -1)}${local.endsWith('0') ? '1' : '0'}@${domain}` };
    case 'no-such-path':
      return { ...truth, to: `${local.replaceAll(/[0-9a-v](?=[0-9a-v]{3})/g, 'a')}@${domain}` };
    case 'other-recipient':
      return { ...truth, recipient: 'somebody.else@elsewhere.example' };
    case 'other-letter':
      return {
        ...truth,
        letter: Buffer.from('Message-ID: <other@elsewhere.example>\r\nSubject: Another letter\r\n\r\n'),
      };
    case 'with-a-sender':
      return { ...truth, from: 'mailer-daemon@elsewhere.example' };
  }
}
