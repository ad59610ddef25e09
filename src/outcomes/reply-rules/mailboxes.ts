/** Replies about the mailbox: it is not there, its domain is not there, or it is full. */
import { permanent, afterRecipient, type ReplyRule } from './rule.ts';

export const fullRules: readonly ReplyRule[] = [
  {
    id: 'mailbox-full',
    phrase:
      /(?:mail ?box|inbox|in-box|account|user|mailfolder|mail folder|storage|maildir)\b.{0,30}\bfull\b|\bover ?-?quota\b|(?:exceed(?:s|ed|ing)?|over|reached|out of)\b.{0,40}\b(?:quota|mailbox (?:size|limit)|storage (?:space|limit|allocation|capacity)|allocated)|quota.{0,30}(?:exceed|reached|full|violat)|mailbox (?:has )?(?:exceeds|exceeded|size limit|is over)|(?:not enough|insufficient|no)\b.{0,20}\b(?:space|room|storage)\b.{0,20}\b(?:mailbox|account|user|inbox)|out of storage|(?:mail )?box space not enough|full mail ?box|too much mail stored|mail ?(?:drop|folder|dir)\b.{0,20}\bfull/,
    class: 'mailbox-full',
    attribution: 'full',
    example: '552 5.2.2 <office@embassy.example>: Mailbox is full / quota exceeded',
    source: 'Dovecot, Cyrus, Gmail, Exchange',
  },
  {
    id: 'mailbox-full-abroad',
    phrase:
      /(?:postfach|mailbox).{0,20}\b(?:voll|vol)\b|bo[iî]te.{0,30}pleine|casella.{0,20}piena|buz[oó]n.{0,20}lleno|caixa.{0,20}cheia|(?:bo[iî]te|mailbox).{0,30}satur|превышен.{0,20}(?:лимит|квот)|переполнен|メールボックスが(?:一杯|いっぱい|満杯)|容量(?:を|が)?(?:超|オーバー)|邮箱(?:已满|空间不足)|信箱已滿/,
    class: 'mailbox-full',
    attribution: 'full',
    example: '552 5.2.2 Postfach ist voll',
    source: 'providers that reply in their own language',
  },
];

export const deadRules: readonly ReplyRule[] = [
  {
    id: 'unknown-user',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /unknown (?:or illegal )?(?:user|recipient|mailbox|account|e-?mail address|local[- ]part|address|rcpt|alias|addressee|login)|(?:user|recipient|mailbox|account|address|addressee|local[- ]part|customer|member|subscriber)\b.{0,25}\b(?:unknown|not found|not known|not exist|doesn't exist|not be found|not recogni[sz]ed|not listed|not registered|non-?existent)\b/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 5.1.1 <office@embassy.example>: Recipient address rejected: User unknown in local recipient table',
    source: 'Postfix, Sendmail, Exim; also said after the final dot',
  },
  {
    id: 'no-such-user',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /no such (?:\w{1,12} )?(?:user|mailbox|recipient|account|address|person|alias|addressee|name|here)|no (?:mail ?box|account|user|recipient)s? (?:here|by that|found|with (?:that|this)|named|exists?)|(?:account|mailbox|user)\b.{0,40}(?:that you tried to|you are trying to) reach does not|tried to(?: reach does not exist)?$|not (?:a (?:valid|known|local|registered) (?:gateway )?(?:user|mailbox|address|recipient|account)|our (?:user|customer)|a mailbox)|no one here|there is no (?:such|user|account|mailbox)|nosuchuser|no matches to|does not have (?:a|an) .{0,30}(?:account|delivery point|mailbox)|doesn't have (?:a|an) .{0,30}account|(?:check|verify) (?:if|that|whether)? ?(?:the )?(?:e-?mail )?address(?:es)? (?:is|are) (?:correct|valid)|did not (?:exactly )?match|could not find a gateway|account or domain may not exist|recipient name is not recognized|\(000c05a6\)|not listed in (?:the |public )?(?:domino|name|directory|address|public)|wasn't found at the destination|(?:e-?mail )?address (?:you entered )?(?:couldn't be found|wasn't found)/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 No Such User Here',
    source: 'Exim, cPanel, qmail',
  },
  {
    id: 'invalid-recipient',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /(?:invalid|illegal|bad|incorrect|undeliverable|unroutable|unrouteable|non-?existent) (?:final )?(?:delivery )?(?:recipient|receiver|mailbox|user(?:id)?|address|rcpt|to address|destination|e-?mail address|delivery address)|(?:recipient|destination) address\b.{0,40}\b(?:is )?(?:invalid|not (?:a )?valid)|(?:recipient|mailbox|user|account|address) (?:is )?(?:invalid|not valid|undeliverable)|all recipients are invalid|no valid recipients?/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 5.1.3 Invalid recipient <office@embassy.example>',
    source: 'RFC 3463 x.1.3, Exim, CommuniGate',
  },
  {
    id: 'disabled-account',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /(?:account|mail ?box|user|recipient|address)\b.{0,50}\b(?:disabled|inactive|deactivated|suspended|discontinued|closed|terminated|deleted|removed|cancell?ed|retired|not active|no longer)\b|(?:disabled|inactive|deactivated|suspended|expired|closed) (?:account|mailbox|user|recipient|e-?mail address|address)|(?:account|mail ?box) is locked|(?:account|mail ?box|address) (?:has )?expired|no longer (?:valid|active|available|in use|works?|employed|with us|on server)/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 5.2.1 The email account that you tried to reach is disabled',
    source: 'Gmail, AOL, RFC 3463 x.2.1',
  },
  {
    id: 'moved',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /(?:user|recipient|mailbox|account|address)\b.{0,20}\b(?:has |have )?moved\b|user not local|mailbox has changed/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '551 5.1.6 User has moved; please try consulate@embassy.example',
    source: 'RFC 5321 §3.4, RFC 3463 x.1.6',
  },
  {
    id: 'unknown-user-abroad',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /(?:empf(?:ae|ä)nger|benutzer|adresse)\b.{0,20}\bunbekannt|(?:utilisateur|destinataire|adresse|boite)\b.{0,20}\b(?:inconnue?|inexistante?)|(?:destinatario|usuario|utente|usuário)\b.{0,20}\b(?:desconocido|inexistente|sconosciuto|desconhecido)|宛先|ユーザーが存在しません|(?:アドレス|ユーザ|受信者|メールボックス)[^。]{0,20}(?:存在しません|見つかりません|ありません|不明)|(?:リスト|ディレクトリ)に(?:は)?ありません|n'existe pas|non recens|casilla.{0,20}(?:expirad|no existe|inexistente)|no existe.{0,20}(?:usuario|cuenta|buz)|(?:usuario|cuenta|buz[oó]n)\b.{0,20}\bno existe|non esiste|bestaat niet|existiert nicht|не (?:существует|найден)|нет такого|不存在|不明なユーザ|查无此/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 Empfaenger unbekannt',
    source: 'providers that reply in their own language',
  },
  {
    id: 'domain-proved-gone',
    stages: ['async'],
    phrase: /\bnxdomain\b|null mx/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: "DNS Error: DNS type 'mx' lookup of embassy.example responded with code NXDOMAIN Domain name not found",
    source: 'Gmail reports: given up with status 4.0.0, yet an authoritative answer',
  },
  {
    id: 'domain-without-mail',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /null mx|(?:host|domain|server)\b.{0,20}\b(?:does not|doesn't|never) accepts? (?:e-?)?mail|doesn't receive email|no mx records?|no smtp service|mail exchanger or ip address/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '556 5.1.10 Domain embassy.example does not accept mail (nullMX)',
    source: 'RFC 7504, RFC 7505',
  },
  {
    id: 'domain-gone',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /\b(?:host|domain)(?: name)?\b.{0,25}\b(?:not found|unknown|not exist|doesn't exist|not be found|invalid)\b|unknown (?:host|domain)|no such (?:host|domain)|(?:find|locate) the (?:recipient|destination) domain|invalid domain|unrouteable address|unroutable domain|nonexistentdomain/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: 'Host or domain name not found. Name service error for name=embassy.example type=A: Host not found',
    source: 'Postfix, Sendmail; only in reports: our own failed lookup proves nothing',
  },
];

/** Asked late: a bare "rejected" or "unavailable" is a dead mailbox only when no other reason was given. */
export const bareRecipientRules: readonly ReplyRule[] = [
  {
    id: 'recipient-rejected',
    stages: afterRecipient,
    code: permanent,
    // A policy code says that the recipient is there and somebody wants no mail of this kind.
    enhanced: /^(?!5\.7\.)/,
    phrase:
      /\baddress rejected\b(?!: ?(?:access|block|denied|refused|polic|mail|not))|\brecipients? (?:was |is |were )?(?:rejected|refused|not accepted)\b|cannot deliver to (?:this )?(?:user|recipient|mailbox|address)/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 5.1.1 <office@embassy.example>: Recipient address rejected',
    source: 'Postfix without a reason, Sendmail',
  },
  {
    id: 'mailbox-unavailable',
    stages: afterRecipient,
    code: permanent,
    phrase:
      /(?:mail ?box|recipient|user|account)\b.{0,12}\b(?:is )?(?:currently )?(?:unavailable|not available|inaccessible)/,
    class: 'dead-mailbox',
    attribution: 'dead',
    example: '550 Requested action not taken: mailbox unavailable',
    source: 'RFC 5321 §4.2.3 wording; Outlook.com and GMX say it for unknown users',
  },
];
