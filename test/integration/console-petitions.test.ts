/** The pages about petitions: from the names that wait to the receipt of the office, and who may do which of it. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letterTable } from '../../src/letters/letter-table.ts';
import { handInFileTable } from '../../src/petitions/hand-in-file-table.ts';
import { handInTable } from '../../src/petitions/hand-in-table.ts';
import { petitionTable } from '../../src/petitions/petition-table.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { instantOf, localTime } from '../../src/web/console/petitions/local-time.ts';
import { signedIn } from '../support/console-guest.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
let deliverer: Awaited<ReturnType<typeof signedIn>>;
let viewer: Awaited<ReturnType<typeof signedIn>>;
const waiting = `/console/petitions/waiting/${target}`;

beforeAll(async () => {
  app = await startTestApp();
  const channel = { mode: 'hand', reason: 'Mail is refused at the gate.' };
  await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, channel);
  [deliverer, viewer] = [await signedIn(app, 'deliverer'), await signedIn(app, 'viewer')];
}, 60_000);
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
});

/** Signs until this many names wait, compiles on the console, and waits for the files. */
async function compiled(from: number, names: number): Promise<string> {
  const { for_hand: before } = await app.states();
  for (let n = 0; n < names; n += 1) await app.sign(from + n);
  await app.until({ for_hand: before + names });
  const { status, location } = await deliverer.send(`${waiting}/compile`, { which: campaign });
  expect(status).toBe(303);
  const path = /^\/console\/petitions\/[0-9a-v]{16}$/.exec(location)?.[0] ?? '';
  const id = path.split('/').at(-1) ?? '';
  await waitFor(
    () => app.database.read.findOneByOrFail(petitionTable, { id }),
    ({ filesAt }) => filesAt !== null,
    'its files',
  );
  return path;
}

async function download(path: string, headers: Record<string, string>): Promise<Buffer> {
  const response = await fetch(app.origin + path, { headers });
  expect(response.status, path).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function upload(path: string, bytes: Buffer): Promise<Response> {
  const body = new FormData();
  body.set('csrf', await deliverer.csrf());
  body.set('photo', new File([new Uint8Array(bytes)], 'Mamoru Jinken.jpg', { type: 'image/jpeg' }));
  const cookie = `todoke-session=${deliverer.token}`;
  const headers = { cookie, accept: 'text/html', 'sec-fetch-site': 'same-origin' };
  return fetch(app.origin + path, { method: 'POST', body, headers, redirect: 'manual' });
}

const now = () => localTime(app.clock.now(), 'Asia/Tokyo');
const photo = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#b03020' } })
    .png()
    .toBuffer();

describe('the names that wait', () => {
  test('are shown in the order of the paper, withheld with a reason, and put back', async () => {
    for (let n = 1; n <= 3; n += 1) await app.sign(n, n === 2 ? { name: '<b>Zoë</b> & "Muster"' } : {});
    await app.until({ for_hand: 3 });
    const page = await deliverer.get(waiting);
    const order = ['人権 守 1', '&lt;b&gt;Zoë&lt;/b&gt;', '人権 守 3'].map((name) => page.text.indexOf(name));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(page.text).not.toContain('<b>Zoë');
    const [, letter = ''] = /names\/([0-9a-v]{16})\/withhold/.exec(page.text.slice(order[1])) ?? [];

    const unsaid = await deliverer.send(`/console/petitions/names/${letter}/withhold`, { reason: ' ' });
    expect(unsaid.status).toBe(400);
    const done = await deliverer.send(`/console/petitions/names/${letter}/withhold`, { reason: 'a joke', number: '2' });
    expect(done.location).toBe(`${waiting}?campaign=${campaign}`);
    const after = (await deliverer.get(done.location)).text;
    expect(after).toContain('Number 2 is withheld.');
    expect(after).toContain(`names/${letter}/put-back`);
    expect(after).toContain('a joke');
    expect((await viewer.get('/console/petitions')).text).toMatch(/<strong>2<\/strong> names wait.*1 withheld/);

    await deliverer.send(`/console/petitions/names/${letter}/put-back`, { reason: 'it is her name' });
    const back = (await deliverer.get(waiting)).text;
    expect(back).toContain('it is her name');
    expect(back).not.toContain('put-back"');
    const rows = await app.database.read.findBy(staffEventTable, { actor: deliverer.staff.id, subject: letter });
    expect(rows.map(({ what, result }) => [what, result])).toEqual([
      ['name.withhold', 'asked'],
      ['name.withhold', 'failed'],
      ['name.withhold', 'asked'],
      ['name.put-back', 'asked'],
    ]);
  });

  test('go on over several pages, each with its number', async () => {
    for (let n = 10; n < 60; n += 1) await app.sign(n);
    await app.until({ for_hand: 53 });
    const first = (await deliverer.get(waiting)).text;
    const [, next = ''] = /href="([^"]*after=[^"]*)" rel="next"/.exec(first) ?? [];
    const second = (await deliverer.get(next.replaceAll('&amp;', '&'))).text;
    const numbers = (text: string) => [...text.matchAll(/class="number">(\d+)</g)].map(([, n]) => Number(n));
    expect([...numbers(first), ...numbers(second)]).toEqual(Array.from({ length: 53 }, (_, n) => n + 1));
    const names = (text: string) => [...text.matchAll(/<bdi lang="..">([^<]*)</g)].map(([, name]) => name);
    expect(new Set([...names(first), ...names(second)]).size).toBe(53);
  });

  test('are not for a role without names, which may not act either', async () => {
    for (const role of ['viewer', 'campaigner'] as const) {
      const who = await signedIn(app, role);
      expect((await who.get(waiting)).status).toBe(403);
      expect((await who.send(`${waiting}/compile`, { which: campaign })).status).toBe(403);
      const list = (await who.get('/console/petitions')).text;
      expect(list).not.toContain('<form method="post" action="/console/petitions');
      expect(list).not.toContain('人権 守 1');
    }
  });
});

describe('a petition', () => {
  let path: string;
  const id = () => path.split('/').at(-1) ?? '';

  test('is compiled, and its files are those of the API, byte for byte', async () => {
    path = await compiled(100, 2);
    const page = (await deliverer.get(path)).text;
    expect(page).toMatch(/Petition \d{4}-0001/);
    expect(page).toContain('to be carried');
    expect(page).toContain('人権 守'); // who sealed it: the name of the account, not its id
    const cookie = { cookie: `todoke-session=${deliverer.token}` };
    for (const file of ['volumes/1.pdf', 'names.csv', 'names.txt', 'archive.zip', 'manifest.json']) {
      expect(page).toContain(`href="${path}/${file}"`);
      const api = await download(`/v1/petitions/${id()}/${file}`, { authorization: `Bearer ${app.key}` });
      expect((await download(`${path}/${file}`, cookie)).equals(api), file).toBe(true);
    }
    const other = await viewer.get(path);
    expect(other.text).not.toContain('names.csv');
    expect((await viewer.get(`${path}/manifest.json`)).status).toBe(200);
    for (const file of ['volumes/1.pdf', 'names.csv', 'names.txt', 'archive.zip'])
      expect((await viewer.get(`${path}/${file}`)).status, file).toBe(403);
    expect((await deliverer.get(`${path}/volumes/2.pdf`)).status).toBe(404);
    expect((await deliverer.send(`${waiting}/compile`, { which: campaign })).status).toBe(409);
    expect((await deliverer.send('/console/petitions/waiting/nowhere/compile', { which: '*' })).status).toBe(404);
  });

  test('is carried: a try with its photo, struck when it was a mistake, and a word with the office', async () => {
    const wrong = await deliverer.send(`${path}/hand-in`, { outcome: 'posted', at: 'soon', place: '' });
    expect(wrong.status).toBe(422);
    for (const field of ['place', 'at']) expect(wrong.text).toContain(`id="${field}-error"`);
    const early = { outcome: 'posted', at: '2001-01-01T10:00', place: 'a letter box' };
    expect((await deliverer.send(`${path}/hand-in`, early)).text).toContain('id="at-error"');
    const posted = {
      outcome: 'posted',
      at: now(),
      place: 'a letter box',
      carrier: '',
      reference: '',
      note: 'two\nlines',
    };
    expect((await deliverer.send(`${path}/hand-in`, posted)).status).toBe(303);
    const row = await app.database.read.findOneByOrFail(handInTable, { petitionId: id() });
    expect(row).toMatchObject({ outcome: 'posted', carrier: null, note: 'two\nlines', recordedBy: deliverer.staff.id });
    expect((await viewer.get('/console/petitions')).text).toContain('on its way');

    expect((await upload(`${path}/hand-ins/${row.id}/files`, Buffer.from('no picture'))).status).toBe(422);
    expect((await upload(`${path}/hand-ins/${row.id}/files`, await photo())).status).toBe(303);
    const file = await app.database.read.findOneByOrFail(handInFileTable, { handInId: row.id });
    const address = `${path}/hand-ins/${row.id}/files/${file.id}`;
    expect((await deliverer.get(path)).text).toContain(`<img src="${address}"`);
    expect((await viewer.get(path)).text).not.toContain(address);
    const shown = await deliverer.get(address);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    expect((await viewer.get(address)).status).toBe(403);

    expect((await deliverer.get(`${path}/void`)).text).not.toContain('name="reason"');
    expect((await deliverer.send(`${path}/void`, { reason: 'a misprint' })).status).toBe(409);
    expect((await deliverer.send(`${path}/hand-ins/${row.id}/strike`, { reason: 'x' })).status).toBe(422);
    expect((await deliverer.send(`${path}/hand-ins/${row.id}/strike`, { reason: 'the wrong one' })).status).toBe(303);
    expect((await deliverer.get(path)).text).toContain('the wrong one');

    const asked = { what: 'asked', at: now(), reference: 'X-1', note: '' };
    expect((await deliverer.send(`${path}/follow-up`, asked)).text).toContain('id="reference-error"');
    expect((await deliverer.send(`${path}/follow-up`, { ...asked, reference: '' })).status).toBe(303);
    expect((await viewer.get(path)).text).toContain('we asked');
  });

  test('is handed in by the receipt, and its letters come to their end', async () => {
    const received = { outcome: 'accepted-in-meeting', at: now(), place: 'the embassy', reference: 'A 7' };
    const { location } = await deliverer.send(`${path}/hand-in`, received);
    expect(location).toMatch(/#try-[0-9a-v]{16}$/);
    await app.until({ handed_in: 55 });
    const page = (await deliverer.get(path)).text;
    expect(page).toContain('handed in');
    expect(page).not.toContain(`${path}/void`);
    expect(page).not.toContain(`href="${path}/hand-in"`);
    const what = (await app.database.read.findBy(staffEventTable, { subject: id(), result: 'asked' })).map(
      (row) => row.what,
    );
    expect(new Set(what)).toEqual(
      new Set(['hand-in.record', 'hand-in.file', 'hand-in.strike', 'follow-up.record', 'petition.void']),
    );
  });

  test('that is void lets its names wait again', async () => {
    const other = await compiled(200, 2);
    expect((await deliverer.send(`${other}/void`, { reason: '' })).status).toBe(422);
    expect((await deliverer.send(`${other}/void`, { reason: 'a misprint on the cover' })).status).toBe(303);
    await app.until({ for_hand: 2, handed_in: 55 });
    const page = (await viewer.get(other)).text;
    expect(page).toContain('a misprint on the cover');
    expect((await deliverer.send(`${other}/void`, { reason: 'once more' })).status).toBe(409);
  });

  test('whose files fail says why, at which name, and when it is tried again', async () => {
    const other = await compiled(300, 1);
    const petitionId = other.split('/').at(-1) ?? '';
    const failing = { filesAt: null, manifest: null, failures: 2, failedReason: 'the engine stopped', failedName: 3 };
    // Due far away, so that nothing makes them while we look.
    const dueAt = app.clock.now() + 3_600_000;
    await app.database.write((transaction) =>
      transaction.update(petitionTable, { id: petitionId }, { ...failing, dueAt }),
    );
    const page = (await viewer.get(other)).text;
    for (const words of ['files not made', 'the engine stopped', 'name number 3', 'It is tried again on', '<progress'])
      expect(page).toContain(words);
    expect((await deliverer.get(`${other}/names.csv`)).status).toBe(503);
    await app.database.write((transaction) => transaction.update(petitionTable, { id: petitionId }, { dueAt: 0 }));
    await waitFor(
      () => viewer.get(other),
      ({ text }) => text.includes('to be carried'),
      'the files, made anew',
    );
  });

  test('is reached by its own address alone', async () => {
    const [one] = await app.database.read.find(petitionTable, { where: { state: 'void' } });
    const letter = await app.database.read.findOneByOrFail(letterTable, { state: 'handed_in' });
    const file = await app.database.read.findOneByOrFail(handInFileTable, { petitionId: id() });
    const strange = `/console/petitions/${one?.id}/hand-ins/${file.handInId}`;
    for (const address of [
      `/console/petitions/${letter.id}`,
      '/console/petitions/..%2f',
      `${strange}/strike`,
      `${strange}/files/${file.id}`,
      `${path}/hand-ins/${letter.id}/files/${file.id}`,
      '/console/petitions/waiting/nowhere',
    ])
      expect((await deliverer.get(address)).status, address).toBe(404);
    expect((await deliverer.send(`${strange}/strike`, { reason: 'not mine' })).status).toBe(404);
    expect((await upload(`${strange}/files`, await photo())).status).toBe(404);
    expect((await deliverer.send(`/console/petitions/names/${id()}/withhold`, { reason: 'no letter' })).status).toBe(
      404,
    );
    const gone = await deliverer.send(`/console/petitions/names/${letter.id}/withhold`, { reason: 'too late' });
    expect(gone.status).toBe(409);
  });
});

test.each([
  ['2020-07-01T10:30', 'Asia/Tokyo', '2020-07-01T01:30:00.000Z'],
  ['2020-07-01T10:30', 'Europe/Berlin', '2020-07-01T08:30:00.000Z'],
  ['2020-01-01T00:05', 'America/New_York', '2020-01-01T05:05:00.000Z'],
  ['2020-03-29T03:30', 'Europe/Berlin', '2020-03-29T01:30:00.000Z'],
])('%s on the clocks of %s is one instant', (local, zone, iso) => {
  const at = instantOf(local, zone) ?? 0;
  expect(new Date(at).toISOString()).toBe(iso);
  expect(localTime(at, zone)).toBe(local);
});

test('what is no day and time is none', () => {
  for (const text of ['', '2020-07-01', '2020-13-01T10:30', 'now']) expect(instantOf(text, 'UTC')).toBeUndefined();
});
