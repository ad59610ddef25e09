/** Sessions: begun at sign-in, looked up with every request, ended by time, by their owner or by an admin. */
import { createHmac } from 'node:crypto';
import { LessThan } from 'typeorm';
import { day, hour, minute, type Clock, type Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { hashOfToken, newToken, tokenPattern } from './one-time-token.ts';
import { sessionTable, type StaffSession } from './session-table.ts';
import { staffTable, type Staff } from './staff-table.ts';

/** Without a request. */
const idle = 12 * hour;
/** However much it is used. */
const longest = 7 * day;
/** Between the password and the second factor. */
const halfWay = 10 * minute;
/** `seenAt` is not written more often. */
const seenEvery = 5 * minute;

/** Who asks, and by which session. */
export interface SignedIn {
  staff: Staff;
  session: StaffSession;
}

/** Begins a session and gives its token, which is stored nowhere. */
export async function beginSession(
  { clock }: { clock: Clock },
  transaction: Transaction,
  { staffId, stage, agent }: Pick<StaffSession, 'staffId' | 'stage' | 'agent'>,
): Promise<string> {
  const now = clock.now();
  await transaction.delete(sessionTable, { endsAt: LessThan(now) });
  const token = newToken();
  const endsAt = now + (stage === 'full' ? longest : halfWay);
  const row: StaffSession = {
    id: newId(clock),
    staffId,
    hash: hashOfToken(token),
    stage,
    createdAt: now,
    seenAt: now,
    endsAt,
    agent: agent.slice(0, 200),
    notice: null,
  };
  await insertRows(transaction, sessionTable, [row]);
  return token;
}

/** Whose session a token is; undefined when it is unknown, over, or its account was disabled. */
export async function findSession(
  { database, clock }: { database: Database; clock: Clock },
  token: string,
): Promise<SignedIn | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const session = await database.read.findOneBy(sessionTable, { hash: hashOfToken(token) });
  if (!session || isOver(session, clock.now())) return undefined;
  const staff = await database.read.findOneBy(staffTable, { id: session.staffId });
  return staff && staff.disabledAt === null ? { staff, session } : undefined;
}

export function isOver({ endsAt, seenAt }: Pick<StaffSession, 'endsAt' | 'seenAt'>, now: Instant): boolean {
  return now >= endsAt || now >= seenAt + idle;
}

/** Notes that a session is in use. */
export async function seeSession(
  { database, clock }: { database: Database; clock: Clock },
  session: StaffSession,
): Promise<void> {
  const now = clock.now();
  if (now - session.seenAt < seenEvery) return;
  await database.write((transaction) => transaction.update(sessionTable, { id: session.id }, { seenAt: now }));
}

/** Ends one session of a person; her sessions alone, whatever id is given. */
export async function endSession(transaction: Transaction, staffId: string, sessionId: string): Promise<void> {
  await transaction.delete(sessionTable, { id: sessionId, staffId });
}

/** Ends every session of a person. */
export async function endSessions(transaction: Transaction, staffId: string): Promise<void> {
  await transaction.delete(sessionTable, { staffId });
}

/** Sessions that are not over, the newest first. */
export async function listSessions(
  { database, clock }: { database: Database; clock: Clock },
  staffId: string,
): Promise<StaffSession[]> {
  const rows = await database.read.find(sessionTable, { where: { staffId, stage: 'full' }, order: { id: 'DESC' } });
  return rows.filter((session) => !isOver(session, clock.now()));
}

/** What every form of a session carries, so that no other site can send one: bound to the token, stored nowhere. */
export function formToken(token: string): string {
  return createHmac('sha256', token).update('todoke console form').digest('base64url');
}
