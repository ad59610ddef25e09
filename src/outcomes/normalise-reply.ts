/**
 * Takes the names out of a reply, so that rules see words only and the same refusal of a thousand letters is
 * one text: a host called `spam.example` or an address in quotes must not decide anything.
 */
import { replyTextLimit } from '../outbox/smtp-reply.ts';

export interface NormalReply {
  /** Lower-case words; addresses, hosts, numbers of machines and queue ids are `address`, `host`, `ip`, `id`. */
  words: string;
  /** Lower-case links of the reply, joined by a space: some receivers give their reason only there. */
  links: string;
}

// Every quantifier below has an upper bound, so that no reply can make a pattern slow.
const link =
  /\bhttps?:\/\/[^\s<>"]{1,500}|\bwww\.[^\s<>"/]{1,255}\/[^\s<>"]{0,255}|\b[a-z0-9-]{1,63}\.[a-z0-9.-]{2,100}\/[^\s<>"]{1,255}/gi;
const address = /(?<![^\s<>()[\]"':;,])<?[^\s<>@()[\]"':;,]{1,64}@(?:\[[^\s\]]{1,60}\]|[a-z0-9][a-z0-9._-]{0,254})>?/gi;
/** A parameter of MAIL FROM that Exim repeats: it says nothing about sizes that were refused. */
const sizeParameter = /\bsize=\d{1,12}/gi;
const ipv4 = /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g;
const ipv6 = /\b[0-9a-f]{1,4}:[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:]{0,40}(?:\.\d{1,3}){0,3}/gi;
/** "rejected.Please" is two sentences, not a host. */
const missingSpace = /([a-z]{2})\.(?=[A-Z][a-z])/g;
const host = /\b[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,8}\.[a-z][a-z0-9-]{1,23}\b/gi;
const machineId = /\b[a-z0-9_]{10,200}\b/gi;
/** Names that are words: Exchange's own terms, and the lists of bad senders that receivers quote. */
const exchangeTerm = /^(?:err|resolver|storedrv|queue|smtpsend|routing|transport|agent|delivery)\./i;
const listName =
  /spamhaus|spamcop|sorbs|dnsbl|\brbl|\bbl\b|blacklist|blocklist|uceprotect|abuseat|barracudacentral|surriel|mailspike|invaluement|nixspam|spamrats|senderscore/i;

/** Takes the words of a reply without its codes (only the first 1,000 characters count); gives what rules look at. */
export function normaliseReply(text: string): NormalReply {
  const links: string[] = [];
  const words = text
    .slice(0, replyTextLimit)
    .replaceAll(link, (found) => {
      links.push(found.toLowerCase());
      return ' ';
    })
    .replaceAll(sizeParameter, ' ')
    .replaceAll(address, 'address')
    .replaceAll(missingSpace, '$1. ')
    .replaceAll(ipv4, 'ip')
    .replaceAll(ipv6, 'ip')
    .replaceAll(host, (name) => (exchangeTerm.test(name) || listName.test(name) ? name : 'host'))
    .replaceAll(machineId, (token) => (/\d/.test(token) && /[a-z]/i.test(token) ? 'id' : token))
    .toLowerCase()
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
  return { words, links: links.join(' ') };
}
