/** What a mail server says of a mail to a signer that it could not deliver (RFC 3464). */

/** `reply` is what the server of the mailbox said, with its enhanced code. */
export function createBounce(address: string, reply: string, action: 'failed' | 'delayed' = 'failed'): string {
  const status = /\d\.\d\.\d/.exec(reply)?.[0] ?? '5.0.0';
  return [
    'From: Mail Delivery System <mailer-daemon@mx.relay.example>',
    'To: somebody',
    'Subject: Undelivered mail',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Your mail could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.relay.example',
    '',
    `Final-Recipient: rfc822; ${address}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${reply}`,
    '',
    '--b--',
    '',
  ].join('\r\n');
}
