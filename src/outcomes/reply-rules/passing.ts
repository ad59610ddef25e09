/** Trouble that passes: too fast, greylisted, no line, a machine in need of its people. None counts against anybody. */
import { temporary, type ReplyRule } from './rule.ts';

export const paceRules: readonly ReplyRule[] = [
  {
    id: 'greylist',
    phrase: /gr[ea]y ?-?list/,
    class: 'greylist',
    attribution: 'passing',
    example: '450 4.2.0 <office@embassy.example>: Recipient address rejected: Greylisted, try again in 300 seconds',
    source: 'Postgrey, RFC 6647',
  },
  {
    id: 'greylist-unsaid',
    code: temporary,
    enhanced: /^4\.7\.1$/,
    phrase: /(?:try|retry) (?:your request )?(?:again )?(?:later|in)\b/,
    class: 'greylist',
    attribution: 'passing',
    example: '451 4.7.1 Please try again later',
    source: 'milter-greylist, MailEnable',
  },
  {
    id: 'mail-loop',
    phrase: /(?:mail|message|routing|forward(?:ing)?) loop|too many hops|hop count|exceeded .{0,10}\bhops|loops back/,
    class: 'network',
    attribution: 'passing',
    example: '554 5.4.6 Too many hops: the receiver forwards the letter in a circle',
    source: 'Sendmail, RFC 3463 x.4.6',
  },
  {
    id: 'rate',
    phrase:
      /too (?:many|much|frequent)|rate[- ]?limit|\blimit(?:ed|s)?\b.{0,20}\b(?:exceeded|reached)|exceed(?:s|ed|ing)?\b.{0,40}\b(?:limit|rate|maximum number|threshold|volume)|throttl|slow down|too (?:fast|quickly)|excessive (?:volume|rate|connection|number)|frequency|concurren|max(?:imum)? (?:number of )?(?:messages?|connections?|recipients?|sessions?|sending rate)|unexpected volume|recipients this hour|per (?:hour|day|minute)\b/,
    class: 'rate',
    attribution: 'passing',
    example: '421 4.7.0 Too many connections from your address, slow down',
    source: 'Postfix anvil, Yahoo, Orange',
  },
];

/** Asked before the full mailbox: a quota of letters, not of bytes. */
export const sendingQuotaRules: readonly ReplyRule[] = [
  {
    id: 'sending-quota',
    phrase:
      /(?:daily|hourly|sending|relay|messages?|recipients?) (?:message |sending |rate |relay )?quota|(?:exceeded its|reached) .{0,12}quota for sending|sending (?:limit|rate)/,
    class: 'rate',
    attribution: 'passing',
    example: '454 Throttling failure: Daily message quota exceeded.',
    source: 'Amazon SES, Google Workspace',
  },
];

export const networkRules: readonly ReplyRule[] = [
  {
    id: 'expired',
    phrase:
      /message expired|queue\.expired|too long in (?:the )?queue|in (?:the )?queue too long|retry time(?:out)?|delivery (?:time|period)|unable to deliver in|could not be delivered (?:for|within)|delivery attempts? .{0,30}(?:failed|exceeded)|not going to try again|delivery failed \d{1,4} (?:times|attempts)|(?:maximum|max) (?:number of )?(?:delivery )?(?:attempts|retries)|not been collected|timed out waiting|giving up after|undelivered for \d|aborted after/,
    class: 'network',
    attribution: 'passing',
    example: '554 4.4.7 Message expired: unable to deliver in 840 minutes',
    source: 'Sendmail, Exchange, qmail, RFC 3463 x.4.7',
  },
  {
    id: 'no-connection',
    phrase:
      /connection (?:was |to .{0,40})?(?:timed? ?out|refused|reset|closed|lost|dropped|failed|aborted|expired|terminated)|timed? ?-?out|lost connection|no route to host|(?:host|network|server) (?:is )?(?:unreachable|down|not responding)|unable to (?:connect|establish)|(?:cannot|can't|could not|couldn't|wasn't able to|not) (?:connect|establish)|did not (?:respond|accept our requests)|\be(?:connrefused|connreset|connection|timedout|hostunreach|netunreach|pipe|socket)\b|broken pipe|socket (?:hang|closed|error)|no answer from host/,
    class: 'network',
    attribution: 'passing',
    example: 'connect to mx.embassy.example[192.0.2.25]:25: Connection timed out',
    source: 'Postfix, Node.js socket errors',
  },
  {
    id: 'dns-trouble',
    phrase:
      /name service error|\bdns\b.{0,30}\b(?:error|fail|failed|failure|problem|timeout|temporar)|lookup (?:failed|failure|error)|servfail|\beai_again\b|\benotfound\b|\bedns\b|getaddrinfo|host not found, try again/,
    class: 'network',
    attribution: 'passing',
    example:
      '451 4.4.3 Host or domain name not found. Name service error for name=embassy.example type=MX: Host not found, try again',
    source: 'Postfix, Node.js dns errors',
  },
  {
    id: 'system-trouble',
    phrase:
      /(?:insufficient|not enough|low|out of) (?:system |disk |free )?(?:storage|disk|space|resources|memory)|disk (?:is )?full|system (?:resources|is full|overload|shutting down)|server (?:is )?(?:busy|overload)|(?:local|internal|server|system|configuration) (?:error|problem|failure)|temporar(?:y|ily) (?:failure|error|problem|unavailable|system|local)|resources unavailable|(?:file|queue) write error|command output|maintenance|internal server/,
    class: 'transient',
    attribution: 'passing',
    example: '452 4.3.1 Insufficient system storage',
    source: 'RFC 5321 §4.2.3',
  },
];

/** Asked after every other phrase: who says "later" does not mean "never", whatever the code. */
export const laterRules: readonly ReplyRule[] = [
  {
    id: 'says-later',
    phrase:
      /\b(?:try|retry)(?:ing)?(?: it)?(?: again)?,? (?:later|in \d)|\btemporar(?:y|ily)\b|come back later|try again/,
    class: 'transient',
    attribution: 'passing',
    example: '550 5.7.1 Mailbox temporarily locked. Please try again later!',
    source: 'common MTA texts',
  },
];
