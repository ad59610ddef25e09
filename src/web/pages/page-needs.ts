/** What the public pages are given by the app. */
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Words } from '../../campaigns/words.ts';
import type { Clock } from '../../clock.ts';
import type { Accepted } from '../../intake/accept-signatures.ts';
import type { Signature } from '../../intake/signature.ts';
import type { Receipt } from '../../ledger/receipt.ts';

export type ChannelMode = 'mail' | 'slowed' | 'hand' | 'probing';

export interface PageNeeds {
  book: CampaignBook;
  words: Record<string, Words>;
  clock: Clock;
  /** True when signatures are taken outside a campaign's period, for rehearsals. */
  keepOpen: boolean;
  channelOf(target: string): Promise<ChannelMode>;
  accept(signature: Signature, eventId: string | undefined): Promise<Accepted>;
  /** Metrics: told of every form that was not accepted. */
  refused?(): void;
  receiptToken(eventId: string): string;
  /** Undefined for an unknown token. */
  receiptOf(token: string): Promise<Receipt | undefined>;
  withdraw(token: string): Promise<void>;
  erase(token: string): Promise<void>;
  /** Told of accidents, which a page reports without details. Absent: they go on to the app's own error handler. */
  failed?: (error: unknown) => void;
}
