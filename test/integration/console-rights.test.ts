/** Who may do what on the console, and what a form must bring along; every route that there is, for every role. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSourceKey, findSourceKey, revokeSourceKey } from '../../src/intake/source-key.ts';
import { setDisabled } from '../../src/staff/change-staff.ts';
import { may, permissions, staffRoles, type StaffRole } from '../../src/staff/roles.ts';
import { recordAction, staffEventTable } from '../../src/staff/staff-event-table.ts';
import { staffTable } from '../../src/staff/staff-table.ts';
import type { DeclaredRoute } from '../../src/web/console/console-door.ts';
import type { ConsoleNeeds } from '../../src/web/console/console-needs.ts';
import { openConsole } from '../../src/web/console/console-router.ts';
import { guest, makeStaff, signedIn, type Guest } from '../support/console-guest.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  // So that nobody who is tried here is the last admin.
  await makeStaff(app, 'admin');
}, 60_000);
afterAll(() => app.stop());

const config = { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'x' };
/** As they are declared; nothing is asked of what they need. */
const { routes } = openConsole({ origin: () => '', book: { campaigns: [] }, config } as unknown as ConsoleNeeds);

/** `/people/:id` as an address of something that is not there. */
const addressOf = (path: string): string => path.replaceAll(/:\w+/g, '0000000000000000');

async function forEveryRoute(ask: (route: DeclaredRoute) => Promise<void>): Promise<void> {
  await Promise.all(routes.map(ask));
}

describe('every route', () => {
  test('names whom it is for, and nothing is reached by a route that was forgotten', () => {
    const needs = new Set(routes.map(({ need }) => need));
    for (const need of needs) expect(['self', 'half', 'anybody', ...permissions]).toContain(need);
    const open = routes.filter(({ need }) => need === 'anybody').map(({ method, path }) => `${method} ${path}`);
    // Whoever adds to this list opens a door to the whole world.
    expect(open.toSorted()).toEqual([
      'GET /console/invitation/:token',
      'GET /console/open-id',
      'GET /console/open-id/back',
      'GET /console/sign-in',
      'POST /console/invitation/:token',
      'POST /console/language',
      'POST /console/sign-in',
      'POST /console/sign-out',
    ]);
  });

  test('that is not for anybody sends a stranger to sign in, and does nothing', async () => {
    await forEveryRoute(async ({ method, path, need }) => {
      if (need === 'anybody') return;
      const answer =
        method === 'GET'
          ? await guest(app).get(addressOf(path))
          : await guest(app).send(addressOf(path), {}, { csrf: 'x' });
      expect([answer.status, answer.location], `${method} ${path}`).toEqual([
        303,
        expect.stringMatching(/^\/console\/sign-in(\?next=|$)/),
      ]);
    });
  });

  test.each(staffRoles)('is open to the role %s exactly where the table of rights says so', async (role) => {
    const who = await signedIn(app, role);
    const token = await who.csrf();
    const before = await app.database.read.count(staffEventTable);
    await forEveryRoute(async ({ method, path, need }) => {
      if (need === 'anybody' || need === 'half' || path === '/console/events') return;
      const allowed = need === 'self' || may(role, need);
      // A token of nobody's: where the role is right, it is the form that is refused.
      const answer =
        method === 'GET' ? await who.get(addressOf(path)) : await who.send(addressOf(path), {}, { csrf: 'x' });
      const refused = answer.text.includes('Your role may not do this');
      expect(refused, `${method} ${path} for ${role}`).toBe(!allowed);
      if (!allowed || method === 'POST') expect(answer.status, `${method} ${path}`).toBe(403);
    });
    expect(await app.database.read.count(staffEventTable)).toBe(before);
    expect(await who.csrf()).toBe(token);
  });

  test('is never stored, framed or shown to another site, whatever it answers', async () => {
    const who = await signedIn(app, 'viewer');
    for (const path of ['/console', '/console/account', '/console/people', '/console/nothing', '/console/sign-in']) {
      const { headers } = await who.get(path);
      expect(headers.get('cache-control'), path).toBe('no-store');
      expect(headers.get('x-frame-options'), path).toBe('DENY');
      expect(headers.get('content-security-policy'), path).toMatch(
        /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
      );
      expect(headers.get('content-security-policy'), path).not.toMatch(/unsafe|\*/);
    }
  });
});

describe('a form', () => {
  let admin: Awaited<ReturnType<typeof signedIn>>;
  beforeAll(async () => {
    admin = await signedIn(app, 'admin');
  });
  const invite = (how: Parameters<Guest['send']>[2], login: string) =>
    admin.send('/console/people', { name: 'X', login, role: 'viewer' }, how);

  test('of a page of ours is taken', async () => {
    expect((await invite({}, 'taken@office.example')).status).toBe(200);
    expect(await app.database.read.countBy(staffTable, { login: 'taken@office.example' })).toBe(1);
  });

  test.each([
    ['no token', { csrf: '' }],
    ['a made-up token', { csrf: 'x'.repeat(43) }],
    ['another site, as browsers say it', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a sister site', { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a bookmark or a mail', { headers: { 'sec-fetch-site': 'none' } }],
    ['another site, as old browsers say it', { headers: { 'sec-fetch-site': '', origin: 'https://evil.example' } }],
    ['a page without an origin', { headers: { 'sec-fetch-site': '', origin: 'null' } }],
    ['nowhere', { headers: { 'sec-fetch-site': '' } }],
  ])('with or from %s changes nothing', async (what, how) => {
    const login = `refused-${what.replaceAll(/\W/g, '-')}@office.example`;
    expect((await invite(how, login)).status).toBe(403);
    expect(await app.database.read.countBy(staffTable, { login })).toBe(0);
  });

  test('with the token of another session changes nothing, not even of the same person', async () => {
    const other = await signedIn(app, 'admin');
    expect((await invite({ csrf: await other.csrf() }, 'foreign@office.example')).status).toBe(403);
    expect(await app.database.read.countBy(staffTable, { login: 'foreign@office.example' })).toBe(0);
  });

  test('of the sign-in page is refused from another site too', async () => {
    const how = { csrf: '', headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await guest(app).send('/console/sign-in', { login: 'x', password: 'y' }, how)).status).toBe(403);
  });
});

describe('people', () => {
  test('cannot give themselves more, and the last admin stays', async () => {
    const rows = await app.database.read.findBy(staffTable, { role: 'admin' });
    const last = await signedIn(app, 'admin');
    for (const { id } of rows) await setDisabled(app, 'cli', { staffId: id, disabled: true });
    for (const [path, form] of [
      ['disable', {}],
      ['role', { role: 'viewer' }],
    ] as const) {
      const answer = await last.send(`/console/people/${last.staff.id}/${path}`, form);
      expect(answer.status).toBe(409);
      expect(answer.text).toContain('last admin');
    }
    const viewer = await signedIn(app, 'viewer');
    const up = await viewer.send(`/console/people/${viewer.staff.id}/role`, { role: 'admin' });
    expect(up.status).toBe(403);
    expect(await app.database.read.findOneByOrFail(staffTable, { id: viewer.staff.id })).toMatchObject({
      role: 'viewer',
    });
  });

  test('leave a trace of everything they change, with who did it and to whom', async () => {
    const admin = await signedIn(app, 'admin');
    const other = await makeStaff(app, 'viewer', { name: '<b>Zoë</b> "Muster"' });
    const path = `/console/people/${other.id}`;
    await admin.send(`${path}/role`, { role: 'campaigner' satisfies StaffRole });
    await admin.send(`${path}/reset-second-factor`);
    await admin.send(`${path}/sessions`);
    await admin.send(`${path}/disable`);
    await admin.send(`${path}/enable`);
    await admin.send(`${path}/reset`);
    const rows = await app.database.read.find(staffEventTable, {
      where: { actor: admin.staff.id },
      order: { id: 'ASC' },
    });
    expect(rows.map(({ what, subject, reason }) => [what, subject, reason])).toEqual([
      ['staff.role', other.id, 'viewer → campaigner'],
      ['staff.reset-second-factor', other.id, ''],
      ['session.end', other.id, ''],
      ['staff.disable', other.id, ''],
      ['staff.enable', other.id, ''],
      ['staff.reset', other.id, ''],
    ]);
    const log = await admin.get(`/console/people/log?who=${admin.staff.id}`);
    expect(log.text).toContain('staff.reset-second-factor');
    expect(log.text).toContain('&lt;b&gt;Zoë&lt;/b&gt;');
    expect(log.text).not.toContain('<b>Zoë');
    expect((await admin.get(`/console/people/log?who=cli&on=${other.id}`)).text).not.toContain(
      'staff.reset-second-factor',
    );
  });

  test('read a long log page by page, each row once', async () => {
    const admin = await signedIn(app, 'admin');
    const other = await makeStaff(app, 'viewer');
    const action = { actor: admin.staff.id, what: 'session.end', subject: other.id };
    await app.database.write(async (transaction) => {
      for (let n = 0; n < 53; n++) await recordAction(app, transaction, action);
    });
    const first = await admin.get(`/console/people/log?on=${other.id}`);
    const [, older = ''] = /href="([^"]*)" rel="next"/.exec(first.text) ?? [];
    expect(older).toContain(`on=${other.id}`);
    const second = await admin.get(older.replaceAll('&amp;', '&'));
    const rows = (text: string) => text.match(/<code>session\.end<\/code>/g)?.length;
    expect([rows(first.text), rows(second.text)]).toEqual([50, 3]);
  });
});

describe('the stream of changes', () => {
  test('tells of a change made elsewhere, and ends with the session', async () => {
    const who = await signedIn(app, 'viewer');
    const stream = await fetch(`${app.origin}/console/events`, { headers: { cookie: `todoke-session=${who.token}` } });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new Error('there is no stream');
    const until = async (words: string): Promise<string> => {
      let heard = '';
      for (;;) {
        const { value, done } = await reader.read();
        heard += value ?? '';
        if (heard.includes(words) || done) return heard;
      }
    };
    await until(': open');
    await app.sign(1);
    expect(await until('data: letters')).toContain('event: change\ndata: letters\n');
    await who.send('/console/sign-out');
    expect(await until('never said')).not.toContain('never said');
  });

  test('is not for strangers, and of a session only six at a time', async () => {
    expect((await guest(app).get('/console/events')).location).toMatch(/^\/console\/sign-in/);
    const who = await signedIn(app, 'viewer');
    const open = () => fetch(`${app.origin}/console/events`, { headers: { cookie: `todoke-session=${who.token}` } });
    const streams = [];
    for (let n = 0; n < 7; n++) streams.push(await open());
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 204]);
    for (const { body } of streams) await body?.cancel();
  });
});

describe('a key of a source', () => {
  test('stands in the audit log with what it changed, and not with what it read', async () => {
    const path = `/v1/campaigns/${campaign}/targets/${target}/channel`;
    await app.call('GET', `/v1/campaigns/${campaign}`);
    expect((await app.call('POST', path, { mode: 'hand', reason: 'The office asked for paper.' })).status).toBe(200);
    const { id = '' } = (await findSourceKey(app.database, app.key)) ?? {};
    const rows = await app.database.read.findBy(staffEventTable, { actor: `key:${id}` });
    expect(rows.map(({ what, subject, result }) => [what, subject, result])).toEqual([
      ['api.post', path.slice(0, 90), 'asked'],
    ]);
    const admin = await signedIn(app, 'admin');
    expect((await admin.get(`/console/people/log?who=key:${id}`)).text).toContain('api.post');
  });

  test('that was revoked opens nothing any more, and stays in the list', async () => {
    const text = await createSourceKey(app, { source: 'site', scopes: ['read'], campaigns: null });
    const key = await findSourceKey(app.database, text);
    expect(key).toMatchObject({ source: 'site', revokedAt: null });
    await revokeSourceKey(app, key?.id ?? '');
    expect(await findSourceKey(app.database, text)).toBeUndefined();
    await expect(revokeSourceKey(app, '0000000000000000')).rejects.toMatchObject({ code: 'not-found' });
  });
});
