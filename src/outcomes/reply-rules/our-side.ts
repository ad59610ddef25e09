/**
 * Replies about us: authentication, name, relay, encryption, and the lists of bad senders. They page operators
 * and say nothing about the target. Explicit words of the target stand in `refusals.ts` and are asked before
 * the lists.
 */
import { atTheDoor, type ReplyRule } from './rule.ts';

export const authenticationRules: readonly ReplyRule[] = [
  {
    id: 'dmarc',
    phrase: /\bdmarc\b/,
    class: 'sender-auth',
    attribution: 'author',
    example:
      "550-5.7.26 Unauthenticated email from signer.example is not accepted due to domain's\n550 5.7.26 DMARC policy.",
    source: 'Gmail, Apple, OpenDMARC; RFC 7372',
  },
  {
    id: 'alignment',
    phrase: /(?:isn't|not|un) ?aligned with/,
    class: 'sender-auth',
    attribution: 'author',
    example:
      '550 5.7.32 The From: header in this message is not aligned with either the authenticated organizational domain.',
    source: 'Gmail SMTP errors and codes',
  },
  {
    id: 'spoofing',
    phrase: /anti-?spoof|spoof(?:ed|ing)\b/,
    class: 'sender-auth',
    attribution: 'author',
    example: '550 5.7.1 Spoofed sender: mail of this domain is not expected from your server',
    source: 'gateway texts of the anti-spoofing kind',
  },
  {
    id: 'unauthenticated',
    phrase: /\bunauthenticated\b|authentication information|spf (?:or|and) dkim/,
    class: 'sender-auth',
    attribution: 'author',
    example:
      '550 5.7.26 This mail has been blocked because the sender is unauthenticated. Authenticate with either SPF or DKIM.',
    source: 'Gmail, Yahoo',
  },
  {
    id: 'spf',
    phrase: /\bspf\b|sender policy framework|invalid ip for sending/,
    class: 'sender-auth',
    attribution: 'path',
    example: '550 5.7.23 The message was rejected because of Sender Policy Framework violation',
    source: 'Exchange Online NDR codes; RFC 7372',
  },
  {
    id: 'dkim',
    phrase: /\bdkim\b|domainkeys/,
    class: 'sender-auth',
    attribution: 'path',
    example: '550 5.7.20 Message rejected: no passing DKIM signature found',
    source: 'RFC 7372',
  },
  {
    id: 'reverse-dns',
    phrase:
      /\bptr\b|\brdns\b|reverse (?:dns|lookup|host ?name|address|mapping|ip)|find your (?:reverse )?host ?name|fcrdns/,
    class: 'our-config',
    attribution: 'ours',
    example: '450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.7]',
    source: 'Postfix reject_unknown_client_hostname',
  },
  {
    id: 'helo',
    phrase:
      /\b(?:helo|ehlo)\b.{0,40}(?:reject|invalid|denied|not found|\bbad\b|refused|mismatch|\bneed|must|requir|block)|(?:invalid|bad|bogus|forged|faked?) (?:helo|ehlo|host ?name)|need fully-qualified host ?name/,
    class: 'our-config',
    attribution: 'ours',
    example: '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname',
    source: 'Postfix reject_non_fqdn_helo_hostname',
  },
  {
    id: 'sender-domain',
    phrase:
      /domain of sender|(?:sender|from|envelope|return-path|originator)\b.{0,40}\b(?:domain|host|address)\b.{0,40}(?:not exist|n't exist|not found|not resolve|unresolvable|be (?:verified|resolved)|unrouteable)|unresolvable .{0,30}from domain|sender verify failed|sender address verification|sender address rejected: (?:user|unverified|undeliverable|need|domain)|invalid sender|unrout(?:e)?able sender|from: ?(?:domain|address) is invalid|provide a valid from|domain is invalid\. please/,
    class: 'our-config',
    attribution: 'ours',
    example: '450 4.1.8 <b-1@bounce.example.org>: Sender address rejected: Domain not found',
    source: 'Postfix reject_unknown_sender_domain, Exim sender verification',
  },
  {
    id: 'sender-domain-code',
    enhanced: /^[45]\.1\.[78]$/,
    class: 'our-config',
    attribution: 'ours',
    example: '501 5.1.8 Bad address of the sending system',
    source: 'RFC 3463',
  },
  {
    id: 'send-as',
    phrase:
      /send mail as\b|not (?:authorized|allowed|permitted) to send (?:from|as|on behalf)|send ?as (?:denied|permission)|not owned by|no identity changes|mail sending denied|(?:address|identity|identities|domain) (?:is|are) not verified/,
    class: 'our-config',
    attribution: 'ours',
    example:
      '554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1',
    source: 'Amazon SES, Postfix reject_sender_login_mismatch',
  },
  {
    id: 'suppression-list',
    phrase: /suppression list/,
    class: 'our-config',
    attribution: 'ours',
    example: '550 5.1.1 The address is on the suppression list for your account; the relay did not try to send',
    source: 'Amazon SES: nobody asked the target',
  },
  {
    id: 'relay-denied',
    phrase:
      /relay(?:ing)? (?:access )?(?:is )?(?:denied|not|prohibited|rejected|refused)|(?:unable|not permitted|not allowed|not authorized|not configured|cannot|can't|don't|refuse) (?:to )?relay|not an? open relay|non-accepted domain|not authorized to send email directly/,
    class: 'our-config',
    attribution: 'ours',
    example: '554 5.7.1 <office@embassy.example>: Relay access denied',
    source: 'Postfix reject_unauth_destination',
  },
  {
    id: 'auth-passing',
    code: /^4/,
    phrase: /temporary (?:authentication|system|auth) (?:failure|problem|error)/,
    class: 'transient',
    attribution: 'passing',
    example: '454 4.7.0 Cannot authenticate due to a temporary system problem. Try again later.',
    source: 'RFC 4954',
  },
  {
    id: 'login',
    phrase:
      /authentication (?:is )?(?:required|needed|failed|failure|unsuccessful|credentials|mechanism|rejected|first)|must (?:first )?authenticat|not (?:authenticated|logged in)|user ?name (?:and|or) password|application-specific password|log in with|login attempts|smtp auth(?:entication)? (?:is )?(?:required|needed)/,
    class: 'our-config',
    attribution: 'ours',
    example: '535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6',
    source: 'RFC 4954, Postfix with Cyrus SASL',
  },
  {
    id: 'tls',
    phrase:
      /starttls|must issue a tls|\btls (?:is )?(?:required|needed|negotiation|handshake|not available|connection)|(?:requires?|over a|without|use) (?:tls|encrypt|ssl)|encryption (?:is )?(?:required|needed)|secure connection (?:is )?required|certificate (?:has expired|verif|is not|not trusted|unknown)|self[- ]signed/,
    class: 'our-config',
    attribution: 'ours',
    example: '530 5.7.0 Must issue a STARTTLS command first',
    source: 'RFC 3207',
  },
  {
    id: 'login-code',
    code: /^53[0458]$/,
    class: 'our-config',
    attribution: 'ours',
    example: '534 5.7.9 Please choose another mechanism',
    source: 'RFC 4954',
  },
];

export const reputationRules: readonly ReplyRule[] = [
  {
    id: 'sender-list',
    phrase:
      /spamhaus|spamcop|\bsorbs\b|barracudacentral|barracuda reputation|dns-?bl|dnsrbl|\brbl\b|\b[xpsd]bl\b|\bcbl\b|uceprotect|abuseat|mailspike|invaluement|nixspam|spamrats|senderscore|senderbase|listed by css/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org',
    source: 'Postfix reject_rbl_client',
  },
  {
    id: 'sender-list-link',
    link: /spamhaus\.|spamcop\.|sorbs\.|barracudacentral\.|barracudanetworks\.com\/reputation|uceprotect|dnsbl|senderscore|talosintelligence|senderbase|cloudmark\.com\/en\/support\/cloudmark-sender/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '550 5.7.1 Rejected, please see https://www.spamhaus.org/query/ip/192.0.2.7',
    source: 'common MTA texts',
  },
  {
    id: 'listed',
    phrase: /(?<!may be )\b(?:black|block|deny|reject)[- ]?list(?:ed|ing)?\b|\bdenylisted\b|due to listing/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '554 5.7.1 Your IP address is on our blacklist',
    source: 'common MTA texts',
  },
  {
    id: 'reputation',
    phrase: /\breputation\b/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '554 5.7.1 Connection refused: poor reputation of the sending host',
    source: 'Cisco IronPort, Symantec, Trend Micro',
  },
  {
    id: 'address-refused',
    phrase:
      /\b(?:access from ip|ip address|your ip|your host|your server|your network|client host|sending ip|connecting ip|mail server|ip ip|mail from ip|from ip addresses?|accepted from ip|network)\b.{0,60}\b(?:blocked|banned|listed|denied|refused|rejected|prohibited|not (?:allowed|permitted|accepted|welcome))\b|not (?:be )?accepted from ip\b|use the smtp server of your isp/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '550 Access from ip address 192.0.2.7 blocked',
    source: 'mail.ru, Postfix check_client_access',
  },
  {
    id: 'abuse',
    phrase: /user complaints|complaint rate|blocked for abuse|(?:spam|unsolicited mail|abuse)\b.{0,30}\bfrom your\b/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '421 Too many complaints: we see spam from your network',
    source: 'common MTA texts',
  },
  {
    id: 'refused-at-the-door',
    stages: atTheDoor,
    code: /^5/,
    class: 'our-reputation',
    attribution: 'ours',
    example: '554 mx.embassy.example ESMTP not accepting connections from you',
    source: 'RFC 5321 §3.1: nobody was named yet, so it is about us',
  },
];
