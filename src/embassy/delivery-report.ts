/** Builds a delivery report (RFC 3464) the way Postfix writes it, around the letter it is about. */
import type { Instant } from '../clock.ts';
import type { ReturnedReport } from './returned-report.ts';

export interface DeliveryReportParts {
  /** Name of the host that reports. */
  reportingMta: string;
  /** Name and address of the host that spoke. */
  remoteMta?: string;
  /** Queue id of the reporting host. */
  queueId: string;
  /** Return path of the letter: the report goes there. */
  to: string;
  /** Mailbox the letter was for. */
  recipient: string;
  envelopeId: string | undefined;
  report: Pick<ReturnedReport, 'action' | 'status' | 'diagnostic'>;
  /** The letter as it was received; only its headers go back. */
  letter: Buffer;
  at: Instant;
}

const subjects = {
  failed: 'Undelivered Mail Returned to Sender',
  delayed: 'Delayed Mail (still being retried)',
  delivered: 'Successful Mail Delivery Report',
};

const openings = {
  failed: "I'm sorry to have to inform you that your message could not\r\nbe delivered to one or more recipients.",
  delayed:
    'THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.\r\n\r\nYour message could not be delivered for some hours.',
  delivered: 'Your message was successfully delivered to the destination(s)\r\nlisted below.',
};

/** Gives the whole report as bytes ready for DATA; `{to}` and `{fromDomain}` in the diagnostic are filled in. */
export function deliveryReport(parts: DeliveryReportParts): Buffer {
  const { reportingMta, queueId, recipient, report, letter } = parts;
  const remoteMta = parts.remoteMta ?? reportingMta;
  const boundary = `${queueId}.${Math.floor(parts.at / 1000)}/${reportingMta}`;
  const date = new Date(parts.at).toUTCString().replace('GMT', '+0000');
  const headers = headersOf(letter);
  const diagnostic = report.diagnostic
    .replaceAll('{to}', recipient)
    .replaceAll('{fromDomain}', fromDomain(headers) ?? 'signer.example');
  const command = report.action === 'failed' ? ' (in reply to end of DATA command)' : '';
  const explanation = `<${recipient}>: host ${remoteMta} said: ${diagnostic.replaceAll('\n', '\r\n    ')}${command}`;
  return Buffer.from(
    [
      `Date: ${date}`,
      `From: MAILER-DAEMON@${reportingMta} (Mail Delivery System)`,
      `Subject: ${subjects[report.action]}`,
      `To: ${parts.to}`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
      'Content-Transfer-Encoding: 8bit',
      `Message-Id: <${queueId}.report@${reportingMta}>`,
      '',
      'This is a MIME-encapsulated message.',
      '',
      `--${boundary}`,
      'Content-Description: Notification',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      `This is the mail system at host ${reportingMta}.`,
      '',
      openings[report.action],
      '',
      '                   The mail system',
      '',
      explanation,
      '',
      `--${boundary}`,
      'Content-Description: Delivery report',
      'Content-Type: message/delivery-status',
      '',
      `Reporting-MTA: dns; ${reportingMta}`,
      ...(parts.envelopeId === undefined ? [] : [`Original-Envelope-Id: ${parts.envelopeId}`]),
      `X-Postfix-Queue-ID: ${queueId}`,
      `Arrival-Date: ${date}`,
      '',
      `Final-Recipient: rfc822; ${recipient}`,
      `Original-Recipient: rfc822;${recipient}`,
      `Action: ${report.action}`,
      `Status: ${report.status}`,
      `Remote-MTA: dns; ${remoteMta}`,
      `Diagnostic-Code: smtp; ${diagnostic.replaceAll('\n', '\r\n    ')}`,
      '',
      `--${boundary}`,
      'Content-Description: Undelivered Message Headers',
      'Content-Type: text/rfc822-headers',
      'Content-Transfer-Encoding: 8bit',
      '',
      headers,
      '',
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

function headersOf(letter: Buffer): string {
  const text = letter.subarray(0, 64 * 1024).toString('utf8');
  return text.split(/\r?\n\r?\n/, 1)[0] ?? '';
}

function fromDomain(headers: string): string | undefined {
  return /^from:[^\r\n]{0,500}@([a-z0-9.-]{1,255})/im.exec(headers)?.[1];
}
