/** What the next page of a session says once: it waits in the session's row, so that any process can say it. */
import type { Database } from '../storage/database.ts';
import { sessionTable, type StaffSession } from './session-table.ts';

export async function leaveNotice(database: Database, sessionId: string, notice: string): Promise<void> {
  await database.write((transaction) =>
    transaction.update(sessionTable, { id: sessionId }, { notice: notice.slice(0, 400) }),
  );
}

/** Takes the notice away and gives it. */
export async function takeNotice(
  database: Database,
  { id, notice }: Pick<StaffSession, 'id' | 'notice'>,
): Promise<string | undefined> {
  if (notice === null) return undefined;
  await database.write((transaction) => transaction.update(sessionTable, { id }, { notice: null }));
  return notice;
}
