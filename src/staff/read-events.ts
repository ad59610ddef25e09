/** Reading the audit log, the newest first, by who acted or what was done. */
import { In, LessThan } from 'typeorm';
import type { Database } from '../storage/database.ts';
import { staffEventTable, type StaffEvent } from './staff-event-table.ts';
import { staffTable } from './staff-table.ts';

export interface EventQuestion {
  actor?: string | undefined;
  subject?: string | undefined;
  /** Id of the row before which to begin. */
  before?: string | undefined;
  most: number;
}

export async function readEvents(database: Database, question: EventQuestion): Promise<StaffEvent[]> {
  const { actor, subject, before, most } = question;
  return database.read.find(staffEventTable, {
    where: {
      ...(actor === undefined ? {} : { actor }),
      ...(subject === undefined ? {} : { subject }),
      ...(before === undefined ? {} : { id: LessThan(before) }),
    },
    order: { id: 'DESC' },
    take: most,
  });
}

/** Names of accounts by id. */
export async function namesOfStaff(database: Database, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await database.read.findBy(staffTable, { id: In([...new Set(ids)]) });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
