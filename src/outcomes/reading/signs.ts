/** What tells a report from an answer: who wrote it, under what subject, in what words. Each list is asked in turn. */
import type { Headers } from './mime.ts';

/** What the header says, decoded. */
export interface Envelope {
  from: string;
  subject: string;
  headers: Headers;
  /** Whether it came with an empty return path, as reports do (RFC 5321 §4.5.5). */
  nullSender: boolean;
}

const machineSender =
  /mailer[-_ ]?daemon|mail[-_ ]?daemon|post[ _-]?master|mail(?: delivery)? (?:sub)?system|delivery (?:sub)?system|system administrator|mail administrator|\bmdaemon|smtp_mail_service|jetmail system|double-bounce|mail(?:er)? service|mail deliver[ya]|\bbounces?\b|nondelivery/i;

const passedOn = /^\s{0,3}(?:re|aw|sv|fwd?|wg|tr)\s?:/i;
const daemon = /\bmailer-daemon@/i;
const namedRecipient = /^<[^\s<>@]{1,64}@[^\s<>@]{1,255}>:/m;

const reportSubject =
  /undeliver|not be deliver|non.?deliver|unzustellbar|no(?:t|n) (?:able to )?deliver|deliver(?:y|ies)\b.{0,20}\b(?:status|fail|problem|error|delay|incomplete|notification|report)|fail(?:ed|ure)\b.{0,20}\b(?:deliver|mail|message|notice|delivery)|(?:mail|message|e-?mail)\b.{0,12}\b(?:fail|error|problem|undeliver|delay|could not|not delivered|was not)|failure notice|return(?:ed|ing)\b.{0,12}\b(?:mail|message|to sender)|error sending|processing error|bounced?\b|delayed \d|warning:? (?:message|could not|mail)|unknown (?:user|address|recipient)|user unknown|(?:mailbox|quota).{0,20}(?:full|exceed)|delivered?.{0,10}rejected|rejected:|can(?:not|'t) (?:be )?(?:deliver|send)|smtp server: errors|loop alert|配信(?:不能|エラー|できません|状況|に失敗)|送信(?:エラー|できません|不能)|メールエラー|不達|недоставлен|не доставлено|退信|системн.{0,20}ошибк|no se (?:ha podido|pudo) entregar|non remis|niet bezorg|mancata consegna|fehlgeschlagen/i;

/** Sentences of servers. One is enough beside a machine's name or such a subject. */
const reportWords =
  /could ?n(?:o|')t be (?:delivered|sent|reached|completed)|(?:was|were|has|have) not (?:yet )?(?:been )?(?:delivered|received|accepted|collected|sent)|(?:was|were|am|is|are|been|be) (?:not able|unable) to (?:be )?(?:deliver|sen[dt]|reach|complete|forward|accept)|(?:unable|failed|impossible|problem|error|fail(?:ure|s)) (?:to|in|while|during)\s+(?:the )?(?:deliver|send|forward|process|reach|trying to)|wasn't able to deliver|did(?: not|n't) reach the following|(?:undeliverable|undelivered|non-?deliver(?:y|able)|not deliverable|can ?(?:not|'t) (?:be )?deliver(?:ed)?|delivery (?:to|of|has|failed|failure|status|error|attempt|report|is delayed|delayed|incomplete))|delivery .{0,40}fail(?:ed|ure)|following (?:recipient|address|error|user|destination)|permanent (?:fatal )?(?:error|failure)|fatal errors|failed recipient|failure reasons|returned mail|(?:mailbox|inbox|account|mailfolder)\b.{0,40}\b(?:full|exceed|quota|disabled|inactive|unavailable|not exist|does not exist)|(?:over|exceed\w{0,4}).{0,20}\bquota|quota exceeded|user(?: is)? (?:unknown|not found|not known)|(?:unknown|no such|invalid|unrecognized) (?:user|recipient|address|mailbox|local user|account)|recipient(?:'s)? (?:name |address )?(?:is )?(?:unknown|rejected|not recognized|not found|invalid)|address (?:was )?(?:not found|rejected|unknown|no longer)|not listed in|message (?:was|has been) (?:rejected|refused|blocked|returned|delayed|undeliver)|remote (?:host|server|mta)\b.{0,20}\b(?:said|returned|responded|replied)|\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b|smtp error|still (?:trying|being (?:tried|retried))|will (?:continue|keep|be) (?:to )?(?:try|retry|retried|attempt)|送信できません|配信できません|届けることができ|配送できません|宛先.{0,20}(?:存在|不明)|見つかりません|не может быть доставлено|не удалось доставить|konnte nicht (?:zugestellt|zugestellt|übermittelt|ausgeliefert)|nicht zugestellt|n'a pas pu (?:être|etre) (?:remis|délivré|distribué|envoy)|no (?:se )?(?:ha podido|pudo|puede) (?:ser )?entreg|non (?:è stato possibile|può essere) (?:consegn|recapit)|kon niet worden (?:bezorgd|afgeleverd)/i;

const delayedSubject =
  /\bdelay|\bdeferred\b|warning:? (?:message|could not|mail)|still (?:trying|being)|\bqueued\b|verzögert|遅延/i;
const delayedWords =
  /this is a warning message only|(?:has|have|was|is) (?:been )?(?:temporarily )?delayed|delivery (?:is |has been )?delayed|not yet (?:been )?(?:delivered|able)|(?:will|to) (?:continue|keep) (?:to )?(?:be )?(?:try|attempt|retry)|still (?:trying|being retried|in the queue)|do(?: not|n't) need to (?:resend|do anything)|will be retried|delivery attempts will continue|no action is required/i;
const givenUp =
  /giv(?:en|ing) up|has been (?:returned|removed|cancelled)|could not be delivered (?:for|within|after)|permanent|no further attempts|too long|will not be (?:re)?tried|abandon|retry timeout exceeded|maximum (?:retr|attempts|time)|undeliverable/i;

const autoHeaders = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponse',
  'x-mail-autoreply',
  'x-autoreply-from',
  'x-vacation',
  'x-auto-response-suppress-reply',
];
const autoSubject =
  /^\s{0,3}(?:(?:re|aw|sv): )?\[?(?:auto(?:matic|matically|mated)?[- _:]{0,3}(?:reply|response|answer|generated|acknowledg|matische)|auto:|automatische antwort|abwesenheits|r[ée]ponse automatique|respuesta autom[áa]tica|resposta autom[áa]tica|risposta automatica|out[- ]of[- ](?:the )?office|(?:i am |i'm )?(?:away|on (?:vacation|holiday|leave))\b|vacation\b|absence|abwesend|absent|自動(?:返信|応答|回答)|不在(?:通知|のお知らせ|連絡)|자동|自动(?:回复|答复)|автоответ)/i;
const challenge =
  /(?:confirm|verify|authenticat|authori[sz]).{0,40}\b(?:your|the|this|yourself|sender|email|message|human)\b.{0,80}|spam ?(?:arrest|blocker|buster)|challenge|sender verification|whitelist|approved senders?|click .{0,30}(?:link|below)/i;
const challengeSubject =
  /confirm|verif|spam ?arrest|challenge|authori[sz]|request to|whitelist|spamblocker|please (?:reply|respond)/i;

function bounceSigns({ from, subject, headers, nullSender }: Envelope, words: string): boolean {
  const byMachine = machineSender.test(from) || from.replace(/[<>\s"]/g, '') === '';
  const titled = reportSubject.test(subject);
  // A person who answers a report or passes one on quotes its subject and its words.
  const isPassedOn = passedOn.test(subject) && !byMachine && !nullSender;
  const own = isPassedOn ? words.replaceAll(/^>.{0,2000}$/gm, '') : words;
  const worded = reportWords.test(own.slice(0, 8_000));
  if (headers.has('x-failed-recipients') && (byMachine || worded || nullSender)) return true;
  // The oldest form: an address on a line of its own, whatever language the rest is in.
  if (daemon.test(from) && namedRecipient.test(words)) return true;
  return (worded && (byMachine || titled || nullSender)) || (titled && (byMachine || nullSender));
}

/** Whether it is a report in free words. */
export function isBounce(envelope: Envelope, words: string): boolean {
  return !autoSubject.test(envelope.subject) && bounceSigns(envelope, words);
}

/** Whether a report says that the mail still waits. */
export function isDelay(subject: string, words: string): boolean {
  return (
    (delayedSubject.test(subject) || delayedWords.test(words)) && (delayedSubject.test(subject) || !givenUp.test(words))
  );
}

/** Whether a machine answered for somebody (RFC 3834): it says nothing about delivery but that there is a mailbox. */
export function isAutomatic({ subject, headers }: Envelope, words: string): boolean {
  const submitted = headers.get('auto-submitted')?.[0]?.toLowerCase() ?? 'no';
  return (
    !submitted.startsWith('no') ||
    autoHeaders.some((name) => headers.has(name)) ||
    /^auto[_-]?reply/i.test(headers.get('precedence')?.[0] ?? '') ||
    autoSubject.test(subject) ||
    (challengeSubject.test(subject) && challenge.test(words.slice(0, 4_000)))
  );
}

/** Whether a machine that carries mail wrote this. */
export function isMachine(from: string): boolean {
  return machineSender.test(from);
}
