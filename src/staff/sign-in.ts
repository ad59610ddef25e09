/** Signing in: a password, then a second factor where there is one. Every no sounds the same and takes as long. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Database } from '../storage/database.ts';
import { readKnownBrowser } from './known-browser.ts';
import { checkPassword, hashPassword } from './password.ts';
import { openTotp, sealTotp, stepOfCode, useRecoveryCode } from './second-factor.ts';
import { beginSession, endSession, type SignedIn } from './sessions.ts';
import { markOf } from './seal-secret.ts';
import { countTry, forgetTries, type Limit } from './sign-in-limit-table.ts';
import { recordAction } from './staff-event-table.ts';
import { holdStaff, staffTable, type Staff } from './staff-table.ts';

export interface SignInNeeds {
  database: Database;
  clock: Clock;
  keys: KeyRing;
  /** Metrics: told how every try ended. */
  tried(result: 'in' | 'half' | 'refused' | 'limited'): void;
}

/** Where a try comes from. */
export interface Caller {
  address: string;
  agent: string;
  /** The cookie of a browser that signed in before. */
  browser: string | undefined;
}

/** `half`: the password was right, the code is still to come. */
export type SignInEnd =
  { kind: 'in' | 'half'; token: string; staff: Staff } | { kind: 'refused' } | { kind: 'limited'; retryAfter: number };

const mostByLogin = 10;
const mostByAddress = 50;

/** The login as it is stored and looked up. */
export function normalLogin(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase();
}

/** Tries a password. */
export async function signIn(
  needs: SignInNeeds,
  { login, password }: { login: string; password: string },
  caller: Caller,
): Promise<SignInEnd> {
  const { database, clock } = needs;
  const wanted = normalLogin(login);
  const limits = limitsOf(needs.keys, wanted, caller);
  const wait = await database.write((transaction) => countTry(transaction, limits, clock.now()));
  if (wait > 0) return limited(needs, wait);
  const found = await database.read.findOneBy(staffTable, { login: wanted });
  const { right, outdated } = await checkPassword(password, found?.password ?? null);
  if (!found || !right) return refused(needs);
  const renewed = outdated && found.disabledAt === null ? await hashPassword(password) : undefined;
  const end = await database.write(async (transaction): Promise<SignInEnd> => {
    const staff = await holdStaff(transaction, found.id);
    // Disabled or given another password meanwhile.
    if (staff.disabledAt !== null || staff.password !== found.password) return { kind: 'refused' };
    if (renewed !== undefined) await transaction.update(staffTable, { id: staff.id }, { password: renewed });
    const kind = staff.totpSecret === null ? 'in' : 'half';
    const stage = kind === 'in' ? 'full' : 'password';
    const token = await beginSession(needs, transaction, { staffId: staff.id, stage, agent: caller.agent });
    if (kind === 'in') {
      await forgetTries(transaction, [limits[0].place]);
      await recordAction(needs, transaction, { actor: staff.id, what: 'session.begin', subject: staff.id });
    }
    return { kind, token, staff };
  });
  needs.tried(end.kind);
  return end;
}

/** Tries a code of the authenticator app, or a recovery code. A new session takes the place of the half one. */
export async function signInWithCode(
  needs: SignInNeeds,
  half: SignedIn,
  code: string,
  caller: Caller,
): Promise<SignInEnd> {
  const { database, clock, keys } = needs;
  if (half.session.stage !== 'password') throw new AppError('conflict', 'This session is signed in already.');
  const limits = limitsOf(keys, `code ${half.staff.id}`, caller);
  const wait = await database.write((transaction) => countTry(transaction, limits, clock.now()));
  if (wait > 0) return limited(needs, wait);
  const end = await database.write(async (transaction): Promise<SignInEnd> => {
    const staff = await holdStaff(transaction, half.staff.id);
    const used = staff.disabledAt === null ? useCode(needs, staff, code) : undefined;
    if (!used) return { kind: 'refused' };
    await transaction.update(staffTable, { id: staff.id }, used);
    await endSession(transaction, staff.id, half.session.id);
    await forgetTries(transaction, [limits[0].place, limitsOf(keys, staff.login, caller)[0].place]);
    const token = await beginSession(needs, transaction, { staffId: staff.id, stage: 'full', agent: caller.agent });
    const what = used.recoveryCodes ? 'session.begin-by-recovery-code' : 'session.begin';
    await recordAction(needs, transaction, { actor: staff.id, what, subject: staff.id });
    return { kind: 'in', token, staff };
  });
  needs.tried(end.kind);
  return end;
}

/** What changes in the account when this code is taken; undefined when it is wrong. */
function useCode(
  { clock, keys }: Pick<SignInNeeds, 'clock' | 'keys'>,
  staff: Staff,
  code: string,
): Partial<Pick<Staff, 'totpStep' | 'totpSecret' | 'recoveryCodes'>> | undefined {
  // First, since it needs no key: it opens the account also when the secret cannot be read any more.
  const recoveryCodes = useRecoveryCode(staff.recoveryCodes, code);
  if (recoveryCodes) return { recoveryCodes };
  const secret = openTotp(keys, staff);
  if (secret === undefined) return undefined;
  const totpStep = stepOfCode(secret, code, { now: clock.now(), usedUntil: staff.totpStep });
  // Sealed anew, so that an old key can leave the ring.
  return totpStep === undefined ? undefined : { totpStep, totpSecret: sealTotp(keys, staff.id, secret) };
}

/** Asks somebody who is signed in for her password once more; counted, or a stolen session could guess it. */
export async function confirmPassword(
  { database, clock, keys }: Pick<SignInNeeds, 'database' | 'clock' | 'keys'>,
  { id, password: stored }: Pick<Staff, 'id' | 'password'>,
  password: string,
): Promise<'right' | 'wrong' | 'limited'> {
  const place = markOf(keys, 'sign-in', `confirm ${id}`);
  const limit = { place, most: mostByLogin };
  if ((await database.write((transaction) => countTry(transaction, [limit], clock.now()))) > 0) return 'limited';
  if (!(await checkPassword(password, stored)).right) return 'wrong';
  await database.write((transaction) => forgetTries(transaction, [place]));
  return 'right';
}

function limitsOf(keys: KeyRing, login: string, { address, browser }: Caller): [Limit, Limit] {
  const known = readKnownBrowser(keys, login, browser);
  const own = known === undefined ? `login ${login}` : `browser ${known} ${login}`;
  return [
    { place: markOf(keys, 'sign-in', own), most: mostByLogin },
    { place: markOf(keys, 'sign-in', `address ${address}`), most: mostByAddress },
  ];
}

function refused(needs: SignInNeeds): SignInEnd {
  needs.tried('refused');
  return { kind: 'refused' };
}

function limited(needs: SignInNeeds, wait: number): SignInEnd {
  needs.tried('limited');
  return { kind: 'limited', retryAfter: Math.ceil(wait / 1000) };
}
