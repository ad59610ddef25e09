/** What one SMTP conversation about one letter ended in. A refusal is a value, never an exception. */

/**
 * How far the conversation had come. `dot` is the time after the final ".", where the reply is about
 * the whole message; a break there leaves the letter in doubt (RFC 5321 §4.5.3.2.6).
 */
export type SmtpStage = 'dns' | 'connect' | 'banner' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/** A server's own words. */
export interface SmtpReply {
  stage: SmtpStage;
  /** Three digits, or undefined when the connection ended without a reply. */
  code: number | undefined;
  /** Enhanced status code such as `5.7.1` (RFC 3463), when the reply has one. */
  enhanced: string | undefined;
  /** The reply without its codes, lines joined by a space, at most 1,000 characters. */
  text: string;
}

export type Verdict = 'accepted' | 'deferred' | 'refused' | 'unreachable' | 'in_doubt';

/** The end of an attempt: the verdict and the reply, or the local error, that caused it. */
export interface AttemptResult {
  verdict: Verdict;
  reply: SmtpReply;
}
