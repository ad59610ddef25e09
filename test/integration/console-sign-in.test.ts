/** Signing in to the console: what gets in, what does not, and what a session is worth afterwards. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { day, hour, minute, second } from '../../src/clock.ts';
import { changeRole, inviteStaff, resetStaff, setDisabled } from '../../src/staff/change-staff.ts';
import { knownBrowser } from '../../src/staff/known-browser.ts';
import { newRecoveryCodes, newTotpSecret, sealTotp } from '../../src/staff/second-factor.ts';
import { sessionTable } from '../../src/staff/session-table.ts';
import { markOf } from '../../src/staff/seal-secret.ts';
import { beginSession } from '../../src/staff/sessions.ts';
import { countTry, signInLimitTable } from '../../src/staff/sign-in-limit-table.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { staffTable } from '../../src/staff/staff-table.ts';
import { openKeyRing } from '../../src/secrets.ts';
import { engineEnvironment } from '../support/engines.ts';
import { aPassword, guest, makeStaff, quickHash, signedIn, type Answer, type Guest } from '../support/console-guest.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { TRUST_PROXY: '1' } });
}, 60_000);
afterAll(() => app.stop());

const keys = () => openKeyRing(app.folder, engineEnvironment(app.folder)['SECRETS']);
const tryPassword = (who: Guest, login: string, password = aPassword, form = {}): Promise<Answer> =>
  who.send('/console/sign-in', { login, password, ...form }, { csrf: '' });
const isIn = async (who: Guest): Promise<boolean> => (await who.get('/console/account')).status === 200;
/** Nothing that earlier tries left behind counts. */
const forgetLimits = (): Promise<void> => app.database.write((transaction) => transaction.clear(signInLimitTable));

beforeEach(() => forgetLimits());

describe('a password', () => {
  test('lets in, whatever the case of the login, and goes on to the page that was asked for', async () => {
    const staff = await makeStaff(app, 'viewer');
    const who = guest(app);
    const asked = await who.get('/console/account?x=1');
    expect(asked.status).toBe(303);
    expect(asked.location).toBe(`/console/sign-in?next=${encodeURIComponent('/console/account?x=1')}`);
    const end = await tryPassword(who, ` ${staff.login.toUpperCase()} `, aPassword, { next: '/console/account?x=1' });
    expect([end.status, end.location]).toEqual([303, '/console/account?x=1']);
    expect(await isIn(who)).toBe(true);
    const event = { actor: staff.id, what: 'session.begin', result: 'done' } as const;
    expect(await app.database.read.countBy(staffEventTable, event)).toBe(1);
  });

  test('that is wrong, of nobody, of an account that is shut, or not set yet: one answer for all', async () => {
    const staff = await makeStaff(app, 'viewer');
    const shut = await makeStaff(app, 'viewer', { disabledAt: app.clock.now() });
    const invited = await makeStaff(app, 'viewer', { password: null });
    const answers = await Promise.all([
      tryPassword(guest(app), staff.login, 'seven brown otters sang'),
      tryPassword(guest(app), 'nobody@office.example'),
      tryPassword(guest(app), shut.login),
      tryPassword(guest(app), invited.login),
    ]);
    const without = (answer: Answer) => answer.text.replaceAll(/value="[^"]*@[^"]*"/g, '');
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect(new Set(answers.map(without)).size).toBe(1);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
    const metrics = await metricsOf(app);
    expect(metrics.sum('todoke_console_sign_ins_total', { result: 'refused' })).toBeGreaterThanOrEqual(4);
  });

  test('guessed ten times shuts the login to strangers for a quarter of an hour, and not to its own browser', async () => {
    const staff = await makeStaff(app, 'viewer');
    const own = guest(app);
    own.cookies.set('todoke-browser', knownBrowser(keys(), staff.login));
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, n) => tryPassword(guest(app), staff.login, `wrong guess number ${n}`)),
    );
    expect(guesses.filter(({ status }) => status === 422)).toHaveLength(10);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(2);
    const late = await tryPassword(guest(app), staff.login);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await tryPassword(own, staff.login)).status).toBe(303);
    const foreign = guest(app);
    foreign.cookies.set('todoke-browser', own.cookies.get('todoke-browser') ?? '');
    expect((await tryPassword(foreign, staff.login.replace('viewer', 'x'))).status).toBe(422);
    app.clock.move(15 * minute + second);
    expect((await tryPassword(guest(app), staff.login, 'wrong once more')).status).toBe(422);
  });

  test('sprayed over many logins shuts the address', async () => {
    const place = markOf(keys(), 'sign-in', 'address 127.0.0.1');
    for (let n = 0; n < 48; n++)
      await app.database.write((transaction) => countTry(transaction, [{ place, most: 50 }], app.clock.now()));
    for (const status of [422, 422, 429]) {
      const { status: got } = await tryPassword(guest(app), `nobody-${status}@office.example`, 'x');
      expect(got).toBe(status);
    }
  });

  test('is counted by the address that the proxy saw, whatever the client claims before it', async () => {
    const staff = await makeStaff(app, 'viewer');
    const headers = { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' };
    const form = { login: staff.login, password: 'not the right one' };
    await guest(app).send('/console/sign-in', form, { csrf: '', headers });
    const seen = markOf(keys(), 'sign-in', 'address 198.51.100.9');
    expect(await app.database.read.countBy(signInLimitTable, { place: seen })).toBe(1);
    expect(await app.database.read.count(signInLimitTable)).toBe(2);
  });

  test('that was hashed with less work is hashed anew when it is used', async () => {
    const staff = await makeStaff(app, 'viewer', { password: quickHash });
    expect((await tryPassword(guest(app), staff.login)).status).toBe(303);
    const { password } = await app.database.read.findOneByOrFail(staffTable, { id: staff.id });
    expect(password).toMatch(/^scrypt\$15\$8\$3\$/);
    expect((await tryPassword(guest(app), staff.login)).status).toBe(303);
  });
});

describe('after signing in, one goes', () => {
  test.each([
    'https://evil.example/console',
    '//evil.example/console',
    '/\\evil.example/console',
    '/console/../../evil',
    '/console@evil.example',
    'javascript:alert(1)',
    '/actions/x',
    '\t//evil.example/console',
    'http:/console',
  ])('never to %j', async (next) => {
    const who = await signedIn(app, 'viewer');
    const shown = await who.get(`/console/sign-in?next=${encodeURIComponent(next)}`);
    const sent = await who.send('/console/language', { language: 'en', next });
    for (const { location } of [shown, sent]) expect(location).toMatch(/^\/console(?=$|[/?])/);
  });
});

describe('a session', () => {
  test('gets a new token at sign-in: one that was planted before opens nothing', async () => {
    const staff = await makeStaff(app, 'viewer');
    const planted = '0'.repeat(32);
    const who = guest(app, planted);
    await tryPassword(who, staff.login);
    expect(who.cookies.get('todoke-session')).not.toBe(planted);
    expect(await isIn(who)).toBe(true);
    expect(await isIn(guest(app, planted))).toBe(false);
  });

  test('is hidden from scripts and from other sites, and its token is stored nowhere', async () => {
    const staff = await makeStaff(app, 'viewer');
    const { headers } = await tryPassword(guest(app), staff.login);
    const cookie = headers.getSetCookie().find((each) => each.startsWith('todoke-session=')) ?? '';
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    const token = /=(\w+)/.exec(cookie)?.[1] ?? '';
    expect(JSON.stringify(await app.database.read.find(sessionTable))).not.toContain(token);
  });

  test('ends after twelve hours without a request, and after seven days with many', async () => {
    const idle = await signedIn(app, 'viewer');
    const busy = await signedIn(app, 'viewer');
    const open = await signedIn(app, 'viewer');
    for (let n = 0; n < 15; n++) {
      app.clock.move(11 * hour);
      expect(await isIn(busy)).toBe(true);
      if (n === 0) expect(await isIn(idle)).toBe(true);
      // The script of a page that somebody left open.
      await open.get('/console/account', { 'x-todoke-live': '1' });
    }
    expect([await isIn(idle), await isIn(open)]).toEqual([false, false]);
    app.clock.move(7 * day - 15 * 11 * hour);
    expect(await isIn(busy)).toBe(false);
  });

  test('is over when its person signs out, everywhere when she says so', async () => {
    const one = await signedIn(app, 'viewer');
    const { location } = await one.send('/console/sign-out');
    expect(location).toBe('/console/sign-in?said=signed-out');
    expect(await isIn(guest(app, one.token))).toBe(false);

    const two = await signedIn(app, 'viewer');
    const phone = guest(app);
    await tryPassword(phone, two.staff.login);
    await two.send('/console/account/sessions');
    expect([await isIn(phone), await isIn(guest(app, two.token))]).toEqual([false, false]);
  });

  test('of somebody else is not ended by its id', async () => {
    const mine = await signedIn(app, 'viewer');
    const theirs = await signedIn(app, 'admin');
    const { id } = await app.database.read.findOneByOrFail(sessionTable, { staffId: theirs.staff.id });
    await mine.send('/console/account/sessions', { session: id });
    expect(await isIn(theirs)).toBe(true);
  });

  test('is over at once when the account is disabled, reset or given another role', async () => {
    await makeStaff(app, 'admin');
    for (const end of [
      (staffId: string) => setDisabled(app, 'cli', { staffId, disabled: true }),
      (staffId: string) => changeRole(app, 'cli', { staffId, role: 'viewer' }),
      (staffId: string) => resetStaff(app, 'cli', staffId),
    ]) {
      const who = await signedIn(app, 'admin');
      expect(await isIn(who)).toBe(true);
      await end(who.staff.id);
      expect(await isIn(who)).toBe(false);
    }
  });

  test('is replaced when the password changes: neither the old token nor another browser goes on', async () => {
    const who = await signedIn(app, 'viewer');
    const session = { staffId: who.staff.id, stage: 'full', agent: 'Phone' } as const;
    const phone = guest(app, await app.database.write((transaction) => beginSession(app, transaction, session)));
    const old = guest(app, who.token);
    const next = 'eight green herons wait';
    const wrong = await who.send('/console/account/password', { current: 'x', password: next, again: next });
    expect(wrong.status).toBe(422);
    const done = await who.send('/console/account/password', { current: aPassword, password: next, again: next });
    expect(done.status).toBe(303);
    expect([await isIn(who), await isIn(old), await isIn(phone)]).toEqual([true, false, false]);
    expect((await tryPassword(guest(app), who.staff.login)).status).toBe(422);
    expect((await tryPassword(guest(app), who.staff.login, next)).status).toBe(303);
  });
});

describe('the second factor', () => {
  async function withFactor() {
    const secret = newTotpSecret();
    const { codes, hashes } = newRecoveryCodes();
    const staff = await makeStaff(app, 'admin', { recoveryCodes: hashes });
    const totpSecret = sealTotp(keys(), staff.id, secret);
    await app.database.write((transaction) => transaction.update(staffTable, { id: staff.id }, { totpSecret }));
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    return { staff, codes, code: () => totp.generate({ timestamp: app.clock.now() }) };
  }
  const sendCode = (who: Guest, code: string) =>
    who.send('/console/sign-in/code', { code }, { from: '/console/sign-in/code' });

  test('is asked for after the password, and until then nothing else is open', async () => {
    const { staff, code } = await withFactor();
    const who = guest(app);
    expect((await tryPassword(who, staff.login)).location).toMatch(/^\/console\/sign-in\/code/);
    const half = who.cookies.get('todoke-session');
    for (const path of ['/console', '/console/account', '/console/people', '/console/events'])
      expect((await who.get(path)).location).toBe('/console/sign-in/code');
    expect((await sendCode(who, '000000')).status).toBe(422);
    expect((await sendCode(who, code())).status).toBe(303);
    expect(await isIn(who)).toBe(true);
    expect(who.cookies.get('todoke-session')).not.toBe(half);
    expect(await isIn(guest(app, half))).toBe(false);
  });

  test('takes no code twice, nor one that came before it', async () => {
    const { staff, code } = await withFactor();
    const before = code();
    app.clock.move(30 * second);
    const now = code();
    const one = guest(app);
    await tryPassword(one, staff.login);
    expect((await sendCode(one, now)).status).toBe(303);
    const two = guest(app);
    await tryPassword(two, staff.login);
    expect((await sendCode(two, now)).status).toBe(422);
    expect((await sendCode(two, before)).status).toBe(422);
    app.clock.move(30 * second);
    expect((await sendCode(two, code())).status).toBe(303);
  });

  test('takes each recovery code once, however it is typed', async () => {
    const { staff, codes } = await withFactor();
    const typed = codes[0]?.toUpperCase().replaceAll('-', ' ') ?? '';
    for (const status of [303, 422]) {
      const who = guest(app);
      await tryPassword(who, staff.login);
      expect((await sendCode(who, typed)).status).toBe(status);
    }
  });

  test('is not to be guessed: after ten codes there is a wait', async () => {
    const { staff, code } = await withFactor();
    const who = guest(app);
    await tryPassword(who, staff.login);
    for (let n = 0; n < 10; n++) expect((await sendCode(who, String(n).repeat(6))).status).toBe(422);
    expect((await sendCode(who, code())).status).toBe(429);
  });

  test('half a session is over after ten minutes', async () => {
    const { staff, code } = await withFactor();
    const who = guest(app);
    await tryPassword(who, staff.login);
    app.clock.move(11 * minute);
    expect((await sendCode(who, code())).location).toBe('/console/sign-in');
    expect(await isIn(who)).toBe(false);
  });
});

describe('an invitation', () => {
  const take = (who: Guest, token: string, password = aPassword) =>
    who.send(`/console/invitation/${token}`, { password, again: password }, { csrf: '' });

  test('works once, is not used up by looking, and nobody finds its token in the rows', async () => {
    const { token, staffId } = await inviteStaff(app, 'cli', {
      login: 'once@office.example',
      name: 'X',
      role: 'viewer',
    });
    const who = guest(app);
    for (let n = 0; n < 3; n++) expect((await who.get(`/console/invitation/${token}`)).status).toBe(200);
    const row = await app.database.read.findOneByOrFail(staffTable, { id: staffId });
    expect(JSON.stringify(row)).not.toContain(token);
    expect((await take(who, token, 'short')).status).toBe(422);
    const ends = await Promise.all([take(guest(app), token), take(guest(app), token)]);
    expect(ends.map(({ status }) => String(status)).toSorted()).toEqual(['303', '404']);
    expect((await take(who, token)).status).toBe(404);
    expect((await who.get(`/console/invitation/${token}`)).status).toBe(404);
  });

  test('is too old after three days', async () => {
    const { token } = await inviteStaff(app, 'cli', { login: 'old@office.example', name: 'X', role: 'viewer' });
    app.clock.move(3 * day + second);
    expect((await take(guest(app), token)).status).toBe(404);
  });

  test('for a login that is taken is refused', async () => {
    const again = { login: ' Once@Office.example', name: 'X', role: 'admin' } as const;
    await expect(inviteStaff(app, 'cli', again)).rejects.toMatchObject({ code: 'conflict' });
  });
});
