/** What a person does to her own account: take up the invitation, password, second factor, language. */
import { MoreThan } from 'typeorm';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { hashOfToken, tokenPattern } from './one-time-token.ts';
import { hashPassword } from './password.ts';
import { newRecoveryCodes, sealTotp, stepOfCode } from './second-factor.ts';
import { beginSession, endSessions } from './sessions.ts';
import { recordAction } from './staff-event-table.ts';
import { holdStaff, staffTable, type Staff } from './staff-table.ts';

interface AccountNeeds {
  database: Database;
  clock: Clock;
}

/** The account an invitation is for; undefined when it was used or is too old. */
export async function findInvitation({ database, clock }: AccountNeeds, token: string): Promise<Staff | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const where = { invitation: hashOfToken(token), invitedUntil: MoreThan(clock.now()) };
  const staff = await database.read.findOneBy(staffTable, where);
  return staff && staff.disabledAt === null ? staff : undefined;
}

/** Sets the first password and begins a session; gives its token. Throws `not-found` the second time. */
export async function takeUpInvitation(
  needs: AccountNeeds,
  { token, password, agent }: { token: string; password: string; agent: string },
): Promise<string> {
  const hash = await hashPassword(password);
  const invited = await findInvitation(needs, token);
  return needs.database.write(async (transaction) => {
    const staff = invited && (await holdStaff(transaction, invited.id));
    if (staff?.invitation !== hashOfToken(token) || staff.disabledAt !== null)
      throw new AppError('not-found', 'This invitation was used or is too old: ask for a new one.');
    const used = { password: hash, invitation: null, invitedUntil: null };
    await transaction.update(staffTable, { id: staff.id }, used);
    await recordAction(needs, transaction, { actor: staff.id, what: 'staff.take-up', subject: staff.id });
    return anew(needs, transaction, staff.id, agent);
  });
}

/** Changes the password. All sessions end; gives the token of the new one. */
export async function changePassword(
  needs: AccountNeeds,
  { staffId, password, agent }: { staffId: string; password: string; agent: string },
): Promise<string> {
  const hash = await hashPassword(password);
  return needs.database.write(async (transaction) => {
    await holdStaff(transaction, staffId);
    await transaction.update(staffTable, { id: staffId }, { password: hash });
    await recordAction(needs, transaction, { actor: staffId, what: 'staff.password', subject: staffId });
    return anew(needs, transaction, staffId, agent);
  });
}

/**
 * Turns the second factor on, when the code shows that the app knows the secret. All sessions end; gives the token
 * of the new one and the recovery codes, or undefined when the code is wrong.
 */
export async function turnOnSecondFactor(
  needs: AccountNeeds & { keys: KeyRing },
  { staffId, secret, code, agent }: { staffId: string; secret: string; code: string; agent: string },
): Promise<{ token: string; codes: string[] } | undefined> {
  const step = stepOfCode(secret, code, { now: needs.clock.now(), usedUntil: 0 });
  if (step === undefined) return undefined;
  const { codes, hashes } = newRecoveryCodes();
  const totpSecret = sealTotp(needs.keys, staffId, secret);
  return needs.database.write(async (transaction) => {
    const staff = await holdStaff(transaction, staffId);
    if (staff.totpSecret !== null) throw new AppError('conflict', 'The second factor is on already.');
    const set = { totpSecret, totpStep: step, recoveryCodes: hashes };
    await transaction.update(staffTable, { id: staffId }, set);
    await recordAction(needs, transaction, { actor: staffId, what: 'staff.second-factor-on', subject: staffId });
    return { token: await anew(needs, transaction, staffId, agent), codes };
  });
}

/** Turns it off. All sessions end; gives the token of the new one. */
export async function turnOffSecondFactor(
  needs: AccountNeeds,
  { staffId, agent }: { staffId: string; agent: string },
): Promise<string> {
  return needs.database.write(async (transaction) => {
    await holdStaff(transaction, staffId);
    await transaction.update(staffTable, { id: staffId }, { totpSecret: null, recoveryCodes: [] });
    await recordAction(needs, transaction, { actor: staffId, what: 'staff.second-factor-off', subject: staffId });
    return anew(needs, transaction, staffId, agent);
  });
}

export async function chooseLanguage({ database }: AccountNeeds, staffId: string, language: string): Promise<void> {
  await database.write((transaction) => transaction.update(staffTable, { id: staffId }, { language }));
}

/** What was stolen before is worth nothing after. */
async function anew(needs: AccountNeeds, transaction: Transaction, staffId: string, agent: string): Promise<string> {
  await endSessions(transaction, staffId);
  return beginSession(needs, transaction, { staffId, stage: 'full', agent });
}
