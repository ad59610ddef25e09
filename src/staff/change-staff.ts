/** What an admin does to an account: invite, role, reset, disable. One admin who can sign in always stays. */
import { IsNull, Not } from 'typeorm';
import { day, type Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { hashOfToken, newToken } from './one-time-token.ts';
import type { StaffRole } from './roles.ts';
import { endSession, endSessions } from './sessions.ts';
import { normalLogin } from './sign-in.ts';
import { recordAction } from './staff-event-table.ts';
import { holdStaff, staffTable, type Staff } from './staff-table.ts';

export interface ChangeNeeds {
  database: Database;
  clock: Clock;
}

/** Who asks: an account's id, or `cli`. */
export type Actor = string;

export const invitationLasts = 3 * day;

export interface Invitation {
  staffId: string;
  /** For a link that is shown once. */
  token: string;
}

/** Makes an account without a password, and the invitation to set one. Throws `invalid` or `conflict`. */
export async function inviteStaff(
  { database, clock }: ChangeNeeds,
  actor: Actor,
  wanted: { login: string; name: string; role: StaffRole; language?: string | null },
): Promise<Invitation> {
  const login = normalLogin(wanted.login);
  const name = wanted.name.normalize('NFC').trim();
  if (!/^[^\s@]{1,64}@[^\s@]{1,120}$/.test(login))
    throw fieldError('login', 'The login must look like an address, such as mamoru@office.example.');
  if (name.length === 0 || name.length > 80) throw fieldError('name', 'The name needs 1 to 80 characters.');
  const token = newToken();
  const staff: Staff = {
    id: newId(clock),
    login,
    name,
    role: wanted.role,
    language: wanted.language ?? null,
    password: null,
    totpSecret: null,
    totpStep: 0,
    recoveryCodes: [],
    identity: null,
    ...invitationOf(clock, token),
    createdAt: clock.now(),
    disabledAt: null,
  };
  return database.write(async (transaction) => {
    if (await transaction.findOne(staffTable, { where: { login }, ...locked(transaction) }))
      throw fieldError('login', 'There is an account with this login already.', 'conflict');
    await insertRows(transaction, staffTable, [staff]);
    const action = { actor, what: 'staff.invite', subject: staff.id, reason: staff.role };
    await recordAction({ clock }, transaction, action);
    return { staffId: staff.id, token };
  });
}

/** Takes password, second factor and sessions away, and gives a new invitation. */
export async function resetStaff({ database, clock }: ChangeNeeds, actor: Actor, staffId: string): Promise<Invitation> {
  const token = newToken();
  return database.write(async (transaction) => {
    await holdStaff(transaction, staffId);
    const nothing = { password: null, totpSecret: null, recoveryCodes: [], identity: null };
    await transaction.update(staffTable, { id: staffId }, { ...nothing, ...invitationOf(clock, token) });
    await endSessions(transaction, staffId);
    await recordAction({ clock }, transaction, { actor, what: 'staff.reset', subject: staffId });
    return { staffId, token };
  });
}

/** Takes the second factor away, for who lost the telephone. Ends her sessions. */
export async function resetSecondFactor(
  { database, clock }: ChangeNeeds,
  actor: Actor,
  staffId: string,
): Promise<void> {
  await database.write(async (transaction) => {
    await holdStaff(transaction, staffId);
    await transaction.update(staffTable, { id: staffId }, { totpSecret: null, recoveryCodes: [] });
    await endSessions(transaction, staffId);
    await recordAction({ clock }, transaction, { actor, what: 'staff.reset-second-factor', subject: staffId });
  });
}

/** Changes a role. The person signs in again: nothing of the old role goes on. */
export async function changeRole(
  { database, clock }: ChangeNeeds,
  actor: Actor,
  { staffId, role }: { staffId: string; role: StaffRole },
): Promise<void> {
  await database.write(async (transaction) => {
    const staff = await holdStaff(transaction, staffId);
    if (staff.role === role) return;
    if (staff.role === 'admin') await keepAnAdmin(transaction, staffId);
    await transaction.update(staffTable, { id: staffId }, { role });
    await endSessions(transaction, staffId);
    const reason = `${staff.role} → ${role}`;
    await recordAction({ clock }, transaction, { actor, what: 'staff.role', subject: staffId, reason });
  });
}

/** Shuts an account, or opens it again with what it had. */
export async function setDisabled(
  { database, clock }: ChangeNeeds,
  actor: Actor,
  { staffId, disabled }: { staffId: string; disabled: boolean },
): Promise<void> {
  await database.write(async (transaction) => {
    const staff = await holdStaff(transaction, staffId);
    if ((staff.disabledAt !== null) === disabled) return;
    if (disabled && staff.role === 'admin') await keepAnAdmin(transaction, staffId);
    const disabledAt = disabled ? clock.now() : null;
    await transaction.update(staffTable, { id: staffId }, { disabledAt, invitation: null, invitedUntil: null });
    await endSessions(transaction, staffId);
    const what = disabled ? 'staff.disable' : 'staff.enable';
    await recordAction({ clock }, transaction, { actor, what, subject: staffId });
  });
}

/** Ends one session of somebody, or all of them. */
export async function endSessionsOf(
  { database, clock }: ChangeNeeds,
  actor: Actor,
  { staffId, sessionId }: { staffId: string; sessionId?: string },
): Promise<void> {
  await database.write(async (transaction) => {
    await holdStaff(transaction, staffId);
    if (sessionId === undefined) await endSessions(transaction, staffId);
    else await endSession(transaction, staffId, sessionId);
    await recordAction({ clock }, transaction, { actor, what: 'session.end', subject: staffId });
  });
}

async function keepAnAdmin(transaction: Transaction, exceptId: string): Promise<void> {
  const where = { role: 'admin' as const, disabledAt: IsNull(), password: Not(IsNull()) };
  const admins = await transaction.find(staffTable, { where, ...locked(transaction) });
  if (!admins.some((admin) => admin.id !== exceptId))
    throw new AppError('conflict', 'This is the last admin who can sign in: make somebody else an admin first.');
}

function invitationOf(clock: Clock, token: string): Pick<Staff, 'invitation' | 'invitedUntil'> {
  return { invitation: hashOfToken(token), invitedUntil: clock.now() + invitationLasts };
}

function fieldError(field: string, problem: string, code: 'invalid' | 'conflict' = 'invalid'): AppError {
  return new AppError(code, problem, { fields: [{ field, problem }] });
}
