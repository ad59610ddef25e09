/** A delivery report about one letter, as a server writes it. */

/** A DSN (RFC 3464) that says the mailbox is unknown. */
export function createLetterMail(letterId: string): string {
  return [
    'From: MAILER-DAEMON@mx.embassy.example',
    'To: bounce',
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <report-${letterId}@mx.embassy.example>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'The mail could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.embassy.example',
    '',
    'Final-Recipient: rfc822; ambassador@embassy.example',
    'Action: failed',
    'Status: 5.2.2',
    'Diagnostic-Code: smtp; 552 5.2.2 mailbox full',
    '',
    '--b--',
    '',
  ].join('\r\n');
}
