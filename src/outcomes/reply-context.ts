/** What the classifier must know of a letter besides the words: who stood in From, and whose domains these are. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Letter } from '../letters/letter.ts';
import { domainOf } from '../outbox/domain-name.ts';
import type { ReplyContext } from './classify-reply.ts';

/** `identity` is the one of the conversation spoken about. */
export function replyContext(book: CampaignBook, letter: Letter, identity: ReplyContext['identity']): ReplyContext {
  const sender = book.find(letter.campaign)?.sender.address ?? '';
  return { identity, senderDomain: domainOf(sender) ?? '', signerDomain: letter.signerDomain };
}
