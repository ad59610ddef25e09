/** What the public pages are given by the app. */
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Words } from '../../campaigns/words.ts';
import type { Clock } from '../../clock.ts';
import type { Accepted } from '../../intake/accept-signatures.ts';
import type { SignatureLimits } from '../../intake/limit-signatures.ts';
import type { ProofOfWork } from '../../intake/proof-of-work.ts';
import type { Signature } from '../../intake/signature.ts';
import type { OwnData } from '../../ledger/own-data.ts';
import type { Receipt } from '../../ledger/receipt.ts';
import type { CrossOrigin } from '../cross-origin.ts';
import type { Visitors } from '../visitor.ts';
import type { NameProof } from '../../petitions/prove-name.ts';

export type ChannelMode = 'mail' | 'slowed' | 'hand' | 'probing';

export interface PageNeeds {
  book: CampaignBook;
  words: Record<string, Words>;
  /** Public address of this site, without a slash at the end. */
  origin(): string;
  clock: Clock;
  /** True when signatures are taken outside a campaign's period, for rehearsals. */
  keepOpen: boolean;
  limits: SignatureLimits;
  puzzles: ProofOfWork;
  visitors: Visitors;
  /** Lets pages of other sites read the parts of a form. */
  crossOrigin: CrossOrigin;
  channelOf(target: string): Promise<ChannelMode>;
  accept(signature: Signature, eventId: string | undefined): Promise<Accepted>;
  /** Metrics: told of every form that was not accepted. */
  refused?(): void;
  receiptToken(eventId: string): string;
  /** Undefined for an unknown token. */
  receiptOf(token: string): Promise<Receipt | undefined>;
  /** What is held about the signature of a receipt; undefined for an unknown token, and for a repeated signature. */
  ownDataOf(token: string): Promise<OwnData | undefined>;
  /** The proof for a petition of this receipt, by its number; undefined when there is none. */
  proofOf(token: string, serial: string): Promise<NameProof | undefined>;
  withdraw(token: string): Promise<void>;
  erase(token: string): Promise<void>;
  /** Told of accidents, which a page reports without details. Absent: they go on to the app's own error handler. */
  failed?: (error: unknown) => void;
}
