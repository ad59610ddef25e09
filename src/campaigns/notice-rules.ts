/** What a campaign wants of the mails to its signers: from whom they come, and of whose signatures something is asked. */
import type { AskedOf, Campaign } from './campaign.ts';

/** By which door a signature came: a public form, where anybody may type any address, or the API, with a source's key. */
export type Door = 'form' | 'api';

/** Whether a rule speaks of what came by this door. */
export function isAskedOf(rule: AskedOf, door: Door): boolean {
  return rule === 'all' || (rule === 'form' && door === 'form');
}

/** The address in From of the mails to signers: the campaign's own, or `news@news.` and the domain its letters come from. */
export function noticeAddress({ notices, sender }: Pick<Campaign, 'notices' | 'sender'>): string {
  return notices.from ?? `news@news.${sender.address.slice(sender.address.lastIndexOf('@') + 1)}`;
}

/** Whether the campaign may write to its signers at all. */
export function writesToSigners({ confirm, notices, consents }: Campaign): boolean {
  return confirm !== 'none' || notices.thanks !== 'none' || consents.some(({ id }) => id === 'news');
}
