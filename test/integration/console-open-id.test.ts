/** Signing in by OpenID Connect, with a real provider: who gets in, and what is forged does not. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { minute } from '../../src/clock.ts';
import { sessionTable } from '../../src/staff/session-table.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { staffTable } from '../../src/staff/staff-table.ts';
import { guest, makeStaff, type Guest } from '../support/console-guest.ts';
import { openIdProvider, type TestProvider } from '../support/open-id-provider.ts';
import { realClock } from '../support/movable-clock.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';

let app: TestApp;
let provider: TestProvider;
let ahead = 0;

beforeAll(async () => {
  provider = await openIdProvider();
  const { id, secret } = provider.client;
  app = await startTestApp({
    // Tokens of the provider carry the time of this machine.
    clock: { ...realClock(), now: () => realClock().now() + ahead },
    env: { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret },
  });
  provider.serve(`${app.origin}/console/open-id/back`);
}, 60_000);
afterAll(async () => {
  await app.stop();
  await provider.close();
});

let n = 0;
beforeEach(() => {
  ahead = 0;
  n++;
  provider.person = { sub: `person-${n}`, email: `person-${n}@office.example`, email_verified: true };
});

/** From our link to the provider; `change` plays with what is asked there. */
async function goThere(who: Guest, change: (url: URL) => void = () => undefined): Promise<string> {
  const { status, location } = await who.get('/console/open-id?next=/console/account%3Fx=1');
  expect(status).toBe(303);
  const url = new URL(location);
  change(url);
  return (await provider.visit(url.href)).slice(app.origin.length);
}
const comeBack = async (who: Guest, path: string): Promise<string> => (await who.get(path)).location;
const isIn = async (who: Guest): Promise<boolean> => (await who.get('/console/account')).status === 200;
const failed = '/console/sign-in?said=open-id-failed';
const unknown = '/console/sign-in?said=open-id-unknown';

describe('somebody who comes from the provider', () => {
  test('gets into the account that an admin made for her verified address, and later by her identity alone', async () => {
    const staff = await makeStaff(app, 'viewer', { login: provider.person.email, password: null });
    const who = guest(app);
    expect(await comeBack(who, await goThere(who))).toBe('/console/account?x=1');
    expect(await isIn(who)).toBe(true);
    const row = await app.database.read.findOneByOrFail(staffTable, { id: staff.id });
    expect(row.identity).toMatch(/^[\w-]{43}$/);
    expect(await app.database.read.countBy(staffEventTable, { actor: staff.id, what: 'staff.identity' })).toBe(1);

    provider.person = { ...provider.person, email: 'another@office.example', email_verified: false };
    const later = guest(app);
    expect(await comeBack(later, await goThere(later))).toBe('/console/account?x=1');
    expect(await isIn(later)).toBe(true);
  });

  test('gets no account that nobody made, none by an address that is not verified, none that is shut', async () => {
    const stranger = guest(app);
    expect(await comeBack(stranger, await goThere(stranger))).toBe(unknown);
    await makeStaff(app, 'admin', { login: provider.person.email });
    provider.person.email_verified = false;
    const liar = guest(app);
    expect(await comeBack(liar, await goThere(liar))).toBe(unknown);
    provider.person = { sub: 'shut', email: 'shut@office.example', email_verified: true };
    await makeStaff(app, 'admin', { login: 'shut@office.example', disabledAt: app.clock.now() });
    const shut = guest(app);
    expect(await comeBack(shut, await goThere(shut))).toBe(unknown);
    for (const who of [stranger, liar, shut]) expect(await isIn(who)).toBe(false);
    expect((await stranger.get(unknown)).text).toContain('An admin can invite you');
  });

  test('does not get into an account that another identity has joined', async () => {
    await makeStaff(app, 'admin', { login: provider.person.email, identity: 'x'.repeat(43) });
    const who = guest(app);
    expect(await comeBack(who, await goThere(who))).toBe(unknown);
  });

  test('is still asked for the second factor she set up here', async () => {
    await makeStaff(app, 'admin', { login: provider.person.email, totpSecret: '1.sealed' });
    const who = guest(app);
    expect(await comeBack(who, await goThere(who))).toMatch(/^\/console\/sign-in\/code/);
    expect(await isIn(who)).toBe(false);
  });
});

describe('an answer is not taken', () => {
  beforeEach(() => makeStaff(app, 'admin', { login: provider.person.email }));

  async function expectRefused(who: Guest, path: string): Promise<void> {
    const before = await app.database.read.count(sessionTable);
    expect(await comeBack(who, path)).toBe(failed);
    expect(await isIn(who)).toBe(false);
    expect(await app.database.read.count(sessionTable)).toBe(before);
  }
  const set = (name: string, value: string) => (url: URL) => url.searchParams.set(name, value);

  test('with another state', async () => {
    const who = guest(app);
    await expectRefused(who, await goThere(who, set('state', 'forged')));
  });

  test('with another nonce', async () => {
    const who = guest(app);
    await expectRefused(who, await goThere(who, set('nonce', 'forged')));
  });

  test('for another proof of who asked', async () => {
    const who = guest(app);
    await expectRefused(who, await goThere(who, set('code_challenge', 'x'.repeat(43))));
  });

  test('in a browser that started nothing: nobody is signed in as somebody else', async () => {
    const attacker = guest(app);
    const path = await goThere(attacker);
    await expectRefused(guest(app), path);
  });

  test('in a browser that started another one', async () => {
    const attacker = guest(app);
    const path = await goThere(attacker);
    const victim = guest(app);
    await victim.get('/console/open-id');
    await expectRefused(victim, path);
  });

  test('twice', async () => {
    const who = guest(app);
    const path = await goThere(who);
    const cookie = who.cookies.get('todoke-open-id') ?? '';
    expect(await comeBack(who, path)).toBe('/console/account?x=1');
    const again = guest(app);
    again.cookies.set('todoke-open-id', cookie);
    await expectRefused(again, path);
  });

  test('after ten minutes', async () => {
    const who = guest(app);
    const path = await goThere(who);
    ahead = 11 * minute;
    await expectRefused(who, path);
  });

  test('that says she said no', async () => {
    const who = guest(app);
    const path = await goThere(who, set('prompt', 'none'));
    expect(path).toContain('error=login_required');
    await expectRefused(who, path);
  });
});
