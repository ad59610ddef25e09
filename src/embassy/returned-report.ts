/** What an embassy sends back for a letter it took: real-looking reports, and forged ones. */

export interface ReturnedReport {
  /** RFC 3464 action. */
  action: 'failed' | 'delayed' | 'delivered';
  /** Status field, such as `5.1.1`. */
  status: string;
  /** Words of the server that refused, with their code. */
  diagnostic: string;
  /** Milliseconds between taking the letter and sending the report. */
  after?: number;
  forged?: Forgery;
}

/**
 * Reports that must not be believed: signature of the return path changed in its last character, a return path of
 * no letter, a recipient or a letter that is not ours, an envelope sender where a report has none.
 */
export type Forgery = 'wrong-signature' | 'no-such-path' | 'other-recipient' | 'other-letter' | 'with-a-sender';

/** Reports by name; `signer-dmarc` is the failure of one signer's own domain that must never shut a target. */
export const knownReports = {
  'unknown-user': {
    action: 'failed',
    status: '5.1.1',
    diagnostic: '550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table',
  },
  full: { action: 'failed', status: '5.2.2', diagnostic: '552 5.2.2 <{to}>: Mailbox is full / quota exceeded' },
  blocked: {
    action: 'failed',
    status: '5.7.1',
    diagnostic: '550 5.7.1 Message rejected: the recipient has blocked mail of this campaign',
  },
  'signer-dmarc': {
    action: 'failed',
    status: '5.7.26',
    diagnostic:
      "550-5.7.26 Unauthenticated email from {fromDomain} is not accepted due to domain's\n" +
      '550-5.7.26 DMARC policy. Please contact the administrator of {fromDomain} domain if\n' +
      '550 5.7.26 this was a legitimate mail.',
  },
  delayed: { action: 'delayed', status: '4.4.1', diagnostic: '451 4.4.1 Connection timed out' },
  delivered: { action: 'delivered', status: '2.1.5', diagnostic: '250 2.1.5 Delivered to <{to}>' },
} as const satisfies Record<string, ReturnedReport>;

export type KnownReport = keyof typeof knownReports;
