/** Replies in which the target says no: to us by name, to the kind of letter, or to its words. */
import { permanent, afterSender, type ReplyRule } from './rule.ts';

/** The target's own words about this sender. Asked before the lists of bad senders: "on the recipient's block list". */
export const explicitRefusalRules: readonly ReplyRule[] = [
  {
    id: 'blocked-by-recipient',
    stages: afterSender,
    code: permanent,
    phrase:
      /\b(?:blocked|rejected|refused|denied|banned|declined|bounced) by (?:the |this |their |its )?(?:intended )?(?:recipient|user|addressee|owner|administrator|organi[sz]ation|company|customer|mailbox|receiver)|(?:recipient|user|addressee|customer|member|mailbox owner)(?:'s)? (?:has |have |is |are )(?:blocked|blocking|refused|declined|banned|chosen|rejecting)|(?:recipient|user|addressee) (?:refuses|rejects|declines|does not (?:want|wish|accept)|doesn't (?:want|accept))|recipient(?:'s)? (?:preferences|personal|block|black)/,
    class: 'target-block',
    attribution: 'blocked',
    example: '550 5.7.1 Message blocked by the recipient',
    source: 'user level block lists of many providers; Facebook RCP-P2 "recipient preferences"',
  },
  {
    id: 'blocked-sender',
    stages: afterSender,
    code: permanent,
    phrase:
      /you (?:have been|are|were) (?:blocked|banned|denied|refused)|you (?:are|were) not (?:allowed|permitted|authorized) to (?:send|write|mail|contact)|personal (?:black|block)[- ]?list|blocked? senders?\b|sender (?:has been |is |was )(?:blocked|banned|unwanted|on)|unwanted sender|user entry|not on .{0,25}(?:allow|white|safe|approved)[- ]?(?:senders? )?list/,
    class: 'target-block',
    attribution: 'blocked',
    example: '550 5.7.1 The sender is blocked: you are not allowed to send to this mailbox',
    source: 'cPanel, Zimbra and gateway block lists kept by the receiver',
  },
  {
    id: 'administrative-prohibition',
    stages: afterSender,
    code: permanent,
    phrase:
      /administrative(?:ly)? (?:prohibit|block|denied|reject|policy)|prohibited by (?:the |our |your )?administrator/,
    class: 'target-block',
    attribution: 'blocked',
    example: '550 Administrative prohibition',
    source: 'Exim deny without a message, Mimecast',
  },
  {
    id: 'chosen-senders-only',
    stages: afterSender,
    code: permanent,
    phrase:
      /only (?:accepts?|allows?|receives?) (?:e-?mails?|mail|messages?) from|not authorized to (?:send (?:to|e-?mail|mail|messages?)|deliver|post)|(?:not|no|n't) (?:have )?(?:the )?permission to (?:send|post)|not permitted to (?:send|post|mail)|allowed[- ]senders|members[- ]only|delivery (?:to this .{0,20})?(?:is )?restricted/,
    class: 'target-block',
    attribution: 'blocked',
    example: '550 5.7.1 You do not have permission to send to this recipient',
    source: 'Exchange, Google Groups, mailing list managers',
  },
];

export const contentRefusalRules: readonly ReplyRule[] = [
  {
    id: 'spam',
    stages: afterSender,
    code: permanent,
    phrase: /\bspam\b|unsolicited|junk ?mail|bulk (?:e-?)?mail|\bu[cb]e\b|phishing|scored as/,
    class: 'content',
    attribution: 'blocked',
    example: '554 5.7.0 Reject, id=08121-03 - spam',
    source: 'amavisd-new, rspamd, SpamAssassin milters',
  },
  {
    id: 'dangerous-content',
    stages: afterSender,
    code: permanent,
    phrase:
      /virus|malware|trojan|infected|malicious|illegal attachment|attachment.{0,40}(?:not allowed|blocked|prohibited|forbidden|rejected|type)|(?:banned|forbidden|prohibited|blocked|restricted) (?:file|attachment|content|extension|word)|potential(?:ly)? (?:security|dangerous|harmful)|presents a potential/,
    class: 'content',
    attribution: 'blocked',
    example: '552 5.7.0 This message was blocked because its content presents a potential security issue.',
    source: 'Gmail, ClamAV milters',
  },
  {
    id: 'policy',
    stages: afterSender,
    code: permanent,
    phrase:
      /\bpolic(?:y|ies)\b|organi[sz]ational settings|violat(?:es|ion|ing|ed)|mail flow rule|transport rule|security reasons|against .{0,20}\brules\b/,
    class: 'target-block',
    attribution: 'blocked',
    example: '550 5.7.1 [CS01] Message rejected due to local policy.',
    source: 'Apple, Yahoo, Exchange mail flow rules',
  },
  {
    id: 'content-refused',
    stages: afterSender,
    code: permanent,
    phrase:
      /content.{0,20}(?:rejected|denied|refused|blocked|filter|not (?:allowed|accepted|acceptable))|(?:message|mail|e-?mail) (?:was |has been |is )?(?:filtered|quarantined)|(?:subject|url|link|body)\b.{0,30}\b(?:blocked|rejected|not allowed|denied|forbidden)/,
    class: 'content',
    attribution: 'blocked',
    example: '550 5.2.0 Message Filtered',
    source: 'content filters of many gateways',
  },
  {
    id: 'sender-refused',
    stages: afterSender,
    code: permanent,
    phrase:
      /\bsenders? (?:address )?(?:is |was |has been )?(?:rejected|refused|denied|blocked|not (?:allowed|accepted|permitted|authorized|welcome))|(?:e-?mail|mail|messages?) from (?:you|your domain|this (?:sender|address|domain)|address|host)\b.{0,12}(?:not (?:accepted|allowed|welcome)|refused|rejected|blocked|denied|unwanted)|(?:not|n't) accept(?:ing)? (?:any )?(?:mail|messages|e-?mail) from/,
    class: 'target-block',
    attribution: 'blocked',
    example: '554 5.7.1 <letters@example.org>: Sender address rejected: Access denied',
    source: 'Postfix check_sender_access: the receiver lists the sender by hand',
  },
];

/** Asked last of all words: a bare "refused" or "denied" is taken for a refusal of the letter. */
export const bareRefusalRules: readonly ReplyRule[] = [
  {
    id: 'letter-refused',
    stages: afterSender,
    code: permanent,
    phrase:
      /(?:message|mail|e-?mail|delivery|letter)\b.{0,12}\b(?:refused|rejected|blocked|denied|prohibited|forbidden|discarded|not (?:accepted|allowed|permitted|authorized))\b|access denied|permission denied|denied by|rejected by|refused by|unauthori[sz]ed/,
    class: 'target-block',
    attribution: 'blocked',
    example: '550 5.7.1 Delivery not authorized, message refused',
    source: 'RFC 3463 x.7.1 wording',
  },
];
