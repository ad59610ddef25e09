/** Signing in as whom the provider of OpenID Connect named: only into an account that an admin has made. */
import { AppError } from '../errors.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import type { Identity } from './open-id.ts';
import { beginSession } from './sessions.ts';
import { normalLogin, type SignInEnd, type SignInNeeds } from './sign-in.ts';
import { recordAction } from './staff-event-table.ts';
import { staffTable, type Staff } from './staff-table.ts';

/**
 * The account that the identity belongs to; the first time, the one whose login is the verified address, which keeps
 * the identity from then on. A second factor set up here is asked for here too.
 */
export async function signInByIdentity(
  needs: Pick<SignInNeeds, 'database' | 'clock' | 'tried'>,
  { identity, email }: Pick<Identity, 'identity' | 'email'>,
  agent: string,
): Promise<SignInEnd> {
  const end = await needs.database.write(async (transaction): Promise<SignInEnd> => {
    const known = await transaction.findOne(staffTable, { where: { identity }, ...locked(transaction) });
    const staff = known ?? (email === undefined ? null : await invitedAs(transaction, normalLogin(email)));
    if (!staff || staff.disabledAt !== null) return { kind: 'refused' };
    if (!known) {
      const joined = { identity, invitation: null, invitedUntil: null };
      await transaction.update(staffTable, { id: staff.id }, joined);
      await recordAction(needs, transaction, { actor: staff.id, what: 'staff.identity', subject: staff.id });
    }
    const kind = staff.totpSecret === null ? 'in' : 'half';
    const stage = kind === 'in' ? 'full' : 'password';
    const token = await beginSession(needs, transaction, { staffId: staff.id, stage, agent });
    if (kind === 'in')
      await recordAction(needs, transaction, { actor: staff.id, what: 'session.begin-by-identity', subject: staff.id });
    return { kind, token, staff };
  });
  if (end.kind === 'limited') throw new AppError('internal', 'Identities are not counted.');
  needs.tried(end.kind);
  return end;
}

/** An account that no other identity has joined. */
async function invitedAs(transaction: Transaction, login: string): Promise<Staff | null> {
  const staff = await transaction.findOne(staffTable, { where: { login }, ...locked(transaction) });
  return staff?.identity === null ? staff : null;
}
