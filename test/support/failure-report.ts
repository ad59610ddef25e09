/** Delivery reports as a server sends them back. */

interface Failure {
  /** Host that says it. */
  host: string;
  /** Makes each report another one; the same id makes the same report. */
  id: string;
  recipient: string;
  /** In words for people. */
  words: string;
  status: string;
  reply: string;
}

/** The target refuses by policy. */
export function policyReport(id = 'one', recipient = 'ambassador@embassy.example'): string {
  const reply = '550 5.7.1 Message refused by the local policy of this organisation';
  return failureReport({ host: 'mx.embassy.example', id, recipient, words: 'refused', status: '5.7.1', reply });
}

/** The office knows nobody of that name. */
export function unknownUserReport(recipient: string, id: string): string {
  const reply = '550 5.1.1 User unknown';
  return failureReport({ host: 'mx.office.example', id, recipient, words: 'no such user', status: '5.1.1', reply });
}

/** The mailbox of the office is full. */
export function mailboxFullReport(id: string, recipient = 'ambassador@embassy.example'): string {
  const reply = '552 5.2.2 mailbox full';
  const words = 'The mail could not be delivered.';
  return failureReport({ host: 'mx.embassy.example', id, recipient, words, status: '5.2.2', reply });
}

function failureReport({ host, id, recipient, words, status, reply }: Failure): string {
  return [
    `From: MAILER-DAEMON@${host}`,
    'To: x',
    `Message-ID: <${id}@${host}>`,
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    words,
    '--b',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${host}`,
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    'Action: failed',
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${reply}`,
    '',
    '--b--',
    '',
  ].join('\r\n');
}
