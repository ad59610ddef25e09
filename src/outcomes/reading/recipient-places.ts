/** Where reports in free words put the recipient's address, as patterns. */

// No pattern has two ways to match the same characters, so none gets slow.
const local = '[^\\s<>"\'`()\\[\\]:;,@=|]{1,64}';
const domain = '[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9])?';
/** One address; its group is the address. */
export const address = `(${local}@${domain})`;

const lineStartOf = '^[ \\t]{0,12}';

/** Where a report says it outright: even an address of ours is meant there. */
export const surePlaces: readonly RegExp[] = [
  new RegExp(`^(?:final|original)-recipient\\s?:\\s?(?:[a-z0-9-]{1,20};)?\\s{0,3}<?${address}`, 'gim'),
  new RegExp(`${lineStartOf}<${address}>\\s{0,3}(?::|\\.{3}|$|\\s\\()`, 'gim'),
  new RegExp(`${lineStartOf}(?:\\*|-|·)?[ \\t]{0,3}${address}(?:<mailto:[^>\\n]{1,300}>)?[ \\t]{0,3}(?::|;|$)`, 'gim'),
  new RegExp(`${lineStartOf}["']${address}["']\\s{0,2}:`, 'gim'),
  new RegExp(`^[^\\n]{0,60}\\bsmtp[=:]${address}`, 'gim'),
  new RegExp(`${lineStartOf}${address}[ \\t]{1,4}(?:on [a-z]{3}, |[[(-] ?[a-z])`, 'gim'),
];

/** Where others mention it: the first that has any but ours decides. */
export const places: readonly RegExp[] = [
  new RegExp(`\\b(?:generated|expanded) from:?\\s{1,3}<?${address}`, 'gi'),
  new RegExp(
    `\\b(?:not be delivered to|delivered to|deliver (?:mail |message |it |your (?:mail|message) )?to|addressed to|addressed|intended recipients?|failed recipients?|recipients?|receiver|(?:e-?mail )?address(?:es)?|user|mailbox|account|sent to|send to|mail to|reach|to)(?: (?:is|was|address|name)|,)?[\\s:="'<(\\[]{1,8}${address}`,
    'gi',
  ),
  new RegExp(`${lineStartOf}["'<]{0,2}[^\\n<]{0,60}<${address}>`, 'gim'),
  new RegExp(`\\brcpt to:\\s?<?${address}`, 'gi'),
  new RegExp(`\\b[45]\\d\\d[ -][^\\n]{0,100}?<?${address}`, 'gi'),
  new RegExp(`(?<!\\bfrom:?\\s{0,3})[<("' ]${address}`, 'gi'),
];

/** A list of names without a domain: they live where the reporter lives. */
export const bareName =
  /\b(?:following|recipients?|address(?:es)?|addressed to)\b[^\n]{0,160}:\s{1,8}([a-z0-9][a-z0-9._-]{1,40})[ \t]*(?:\n|[ \t]{2})/i;

export const notRecipient =
  /^(?:post[ _-]?master|mailer-daemon|abuse|support|help(?:desk)?|webmaster|hostmaster|admin(?:istrator)?|double-bounce|noreply|no-reply)@/i;
