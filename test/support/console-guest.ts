/** Somebody at the console, as a browser would be: cookies, forms with their token, redirects that are not followed. */
import { scryptSync } from 'node:crypto';
import { newId } from '../../src/ids.ts';
import type { StaffRole } from '../../src/staff/roles.ts';
import { beginSession } from '../../src/staff/sessions.ts';
import { staffTable, type Staff } from '../../src/staff/staff-table.ts';
import { insertRows } from '../../src/storage/write-rows.ts';
import type { TestApp } from './start-app.ts';

type Needs = Pick<TestApp, 'database' | 'clock' | 'origin'>;

export interface Answer {
  status: number;
  /** Where a redirect leads; empty without one. */
  location: string;
  headers: Headers;
  text: string;
}

export interface Guest {
  /** By name, without `__Host-`. */
  cookies: Map<string, string>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form with the token of the page at `from` (or of `/console/account`), as a browser on our pages would. */
  send(path: string, form?: Record<string, string>, how?: Sending): Promise<Answer>;
  /** The token that a page's forms carry. */
  csrf(path?: string): Promise<string>;
}

interface Sending {
  from?: string;
  /** Instead of the page's own; an empty one is not sent. */
  csrf?: string;
  headers?: Record<string, string>;
}

/** A browser without a session. */
export function guest({ origin }: Pick<Needs, 'origin'>, token?: string): Guest {
  const cookies = new Map<string, string>(token === undefined ? [] : [['todoke-session', token]]);

  async function ask(
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers: Record<string, string> },
  ): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...init.headers };
    const response = await fetch(origin + path, { ...init, headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^(?:__Host-)?([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location') ?? '';
    return { status: response.status, location, headers: response.headers, text: await response.text() };
  }

  const get: Guest['get'] = (path, headers = {}) => ask(path, { headers });
  const csrf: Guest['csrf'] = async (path = '/console/account') =>
    /name="csrf" value="([^"]*)"/.exec((await get(path)).text)?.[1] ?? '';

  return {
    cookies,
    get,
    csrf,
    async send(path, form = {}, how = {}) {
      const token = how.csrf ?? (await csrf(how.from));
      const body = new URLSearchParams({ ...(token === '' ? {} : { csrf: token }), ...form });
      return ask(path, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin', ...how.headers } });
    },
  };
}

export const aPassword = 'seven brown otters sing';

/** Hashing is slow on purpose; the hash of a test's account asks for little work, and is made anew at its first sign-in. */
export function quickHashOf(password: string): string {
  const hash = scryptSync(password, Buffer.alloc(16), 32, { N: 16, r: 8, p: 1 });
  return `scrypt$4$8$1$${'A'.repeat(22)}$${hash.toString('base64url')}`;
}
export const quickHash = quickHashOf(aPassword);

/** An account with a password. */
export async function makeStaff(
  { database, clock }: Needs,
  role: StaffRole,
  changes: Partial<Staff> = {},
): Promise<Staff> {
  const id = newId(clock);
  const staff: Staff = {
    id,
    login: `${role}-${id}@office.example`,
    name: '人権 守',
    role,
    language: 'en',
    password: quickHash,
    totpSecret: null,
    totpStep: 0,
    recoveryCodes: [],
    identity: null,
    invitation: null,
    invitedUntil: null,
    createdAt: clock.now(),
    disabledAt: null,
    ...changes,
  };
  await database.write((transaction) => insertRows(transaction, staffTable, [staff]));
  return staff;
}

/** Somebody of this role who is signed in, without the slow way through the password. */
export async function signedIn(
  app: Needs,
  role: StaffRole,
  changes: Partial<Staff> = {},
): Promise<Guest & { staff: Staff; token: string }> {
  const staff = await makeStaff(app, role, changes);
  const token = await app.database.write((transaction) =>
    beginSession(app, transaction, { staffId: staff.id, stage: 'full', agent: 'Test' }),
  );
  return { ...guest(app, token), staff, token };
}
