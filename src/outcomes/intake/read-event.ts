/** Reads a relay's event that was stored, each with the reader of its relay. Never throws: the unknown is `unreadable`. */
import type { Report } from '../read-report.ts';
import type { RelayName } from '../returned-mail-table.ts';
import { readBrevoEvent } from './brevo.ts';
import { readMailgunEvent } from './mailgun.ts';
import { readPostmarkEvent } from './postmark.ts';
import { readSendGridEvent } from './sendgrid.ts';
import { readSesEvent } from './ses.ts';

const readers: Readonly<Record<RelayName, (raw: Buffer) => Report>> = {
  ses: readSesEvent,
  sendgrid: readSendGridEvent,
  mailgun: readMailgunEvent,
  postmark: readPostmarkEvent,
  brevo: readBrevoEvent,
};

export function readEvent(relay: RelayName, raw: Buffer): Report {
  return readers[relay](raw);
}
