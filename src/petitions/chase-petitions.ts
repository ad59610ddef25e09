/** On a timer: petitions that came to be due are told to whoever listens, once for each silence. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { findOverdue } from './overdue.ts';
import { petitionEvent } from './petition-event.ts';

/** Notes an event for each petition that is due and was not told of since its last word. */
export async function chasePetitions(needs: { database: Database; clock: Clock; book: CampaignBook }): Promise<void> {
  const { database, clock, book } = needs;
  for (const { petition, overdue } of await findOverdue(database.read, book, clock.now())) {
    const told = { why: overdue.why, since: new Date(overdue.since).toISOString() };
    const event = petitionEvent('petition.overdue', petition, told, `${overdue.why}:${overdue.since}`);
    await database.write((transaction) => noteEvent(transaction, clock, event));
  }
}
