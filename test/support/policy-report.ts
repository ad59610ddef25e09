/** A delivery report as a server sends it back: the target refuses by policy. */

/** `name` makes each report another one; the same name makes the same report. */
export function policyReport(name = 'one', recipient = 'ambassador@embassy.example'): string {
  return [
    'From: MAILER-DAEMON@mx.embassy.example',
    'To: x',
    `Message-ID: <${name}@mx.embassy.example>`,
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'refused',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.embassy.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    'Action: failed',
    'Status: 5.7.1',
    'Diagnostic-Code: smtp; 550 5.7.1 Message refused by the local policy of this organisation',
    '',
    '--b--',
    '',
  ].join('\r\n');
}
