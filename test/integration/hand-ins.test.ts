import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day } from '../../src/clock.ts';
import { recordHandIn } from '../../src/petitions/record-hand-in.ts';
import { webhookEventTable } from '../../src/webhooks/webhook-event-table.ts';
import { signedIn } from '../support/console-guest.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, {
    mode: 'hand',
    reason: 'mail is refused',
  });
});
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
});

const at = () => new Date(app.clock.now()).toISOString();
const get = async (id: string) => (await app.call('GET', `/v1/petitions/${id}`)).body;
const post = (id: string, path: string, body: unknown) => app.call('POST', `/v1/petitions/${id}/${path}`, body);
const tried = (id: string, outcome: string, more: object = {}) =>
  post(id, 'hand-ins', { outcome, at: at(), place: 'at the gate', ...more });

/** A photo of a stamped page, as a phone takes it: lying on its side, with the place where it was taken. */
const photo = (width = 60, height = 40) =>
  sharp({ create: { width, height, channels: 3, background: '#b03020' } })
    .withExif({ IFD0: { Model: 'Phone of a member of staff' }, IFD3: { GPSLatitude: '35/1 39/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

async function upload(id: string, handIn: string, bytes: Buffer, key = app.key) {
  const response = await fetch(`${app.origin}/v1/petitions/${id}/hand-ins/${handIn}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'image/jpeg' },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: (await response.json()) as any };
}

async function download(path: string) {
  const response = await fetch(app.origin + path, { headers: { authorization: `Bearer ${app.key}` } });
  return { headers: response.headers, status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function compiled(): Promise<{ id: string; serial: string; names: number }> {
  const { body } = await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
  await waitFor(
    () => get(body.id),
    (seen) => seen.files_ready,
    'its files',
  );
  return body;
}

describe('a petition on its way', () => {
  let id: string;

  test('is handed in by the receipt and not by the post', async () => {
    for (let n = 1; n <= 3; n += 1) await app.sign(n);
    await app.until({ for_hand: 3 });
    ({ id } = await compiled());
    expect(await get(id)).toMatchObject({ state: 'sealed', course: 'waits', due: null });
    expect((await tried(id, 'refused')).status).toBe(201);
    expect(await get(id)).toMatchObject({ state: 'sealed', course: 'refused' });
    app.clock.move(day);
    const posted = await tried(id, 'posted', { carrier: 'registered mail' });
    expect(posted.body).toMatchObject({ outcome: 'posted', struck: null, files: [] });
    expect(await get(id)).toMatchObject({ state: 'sealed', course: 'on-its-way' });
    await app.until({ petitioned: 3, handed_in: 0 });
    // Two clicks are one try.
    const report = { outcome: 'posted', at: posted.body.at, place: 'at the gate', carrier: 'registered mail' };
    expect((await post(id, 'hand-ins', report)).body.id).toBe(posted.body.id);
  });

  test('cannot be voided until it is known how it ended', async () => {
    const answer = await post(id, 'void', { reason: 'a misprint' });
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('on its way');
    await app.until({ petitioned: 3 });
  });

  test('that was lost is printed and tried again, and handed in once', async () => {
    expect((await tried(id, 'lost')).status).toBe(201);
    expect(await get(id)).toMatchObject({ state: 'sealed', course: 'lost' });
    app.clock.move(day);
    const receipt = await tried(id, 'accepted', { reference: 'R-12' });
    expect(receipt.status).toBe(201);
    await app.until({ handed_in: 3, petitioned: 0 });
    expect(await get(id)).toMatchObject({ state: 'handed_in', course: 'handed-in' });
    expect((await tried(id, 'refused')).status).toBe(409);
    const { hand_ins: tries } = (await app.call('GET', `/v1/petitions/${id}/hand-ins`)).body;
    expect(tries.map((each: { outcome: string }) => each.outcome)).toEqual(['refused', 'posted', 'lost', 'accepted']);
    // The way of its letters has ended: that record stays, the others can be corrected.
    const struck = await post(id, `hand-ins/${receipt.body.id}/strike`, { reason: 'the wrong petition' });
    expect(struck.status).toBe(409);
    expect((await post(id, `hand-ins/${tries[0].id}/strike`, { reason: 'that was another day' })).body.struck).toEqual({
      at: at(),
      by: 'test',
      reason: 'that was another day',
    });
  });

  test('tells each fact to the outbox once, without a word that people wrote', async () => {
    const events = await app.database.read.find(webhookEventTable, { order: { id: 'ASC' } });
    const own = events.filter((event) => event.data['petition'] === id);
    expect(own.map((event) => event.type)).toEqual([
      'petition.sealed',
      'petition.files-ready',
      ...Array.from({ length: 4 }, () => 'petition.hand-in-recorded'),
      'petition.handed-in',
      'petition.hand-in-struck',
    ]);
    expect(own.at(-2)?.data).toMatchObject({ outcome: 'accepted', names: 3, campaign, target });
    expect(JSON.stringify(events)).not.toMatch(/人権|gate|R-12|registered|refused by|mail\d/);
  });
});

describe('a hand-in recorded by mistake', () => {
  test('is struck with a reason and counts for nothing, and the petition can be voided', async () => {
    for (let n = 11; n <= 12; n += 1) await app.sign(n);
    await app.until({ for_hand: 2 });
    const { id } = await compiled();
    const { body: posted } = await tried(id, 'posted');
    expect((await post(id, `hand-ins/${posted.id}/strike`, {})).body.errors[0].field).toBe('reason');
    expect((await post(id, 'hand-ins/0000000000000000/strike', { reason: 'not there' })).status).toBe(404);
    expect((await post(id, `hand-ins/${posted.id}/strike`, { reason: 'it lies here still' })).status).toBe(200);
    expect((await post(id, `hand-ins/${posted.id}/strike`, { reason: 'once more' })).status).toBe(409);
    expect(await get(id)).toMatchObject({ state: 'sealed', course: 'waits' });
    // With its try and the photo of it, it goes; its names are on the next one, each once.
    expect((await upload(id, posted.id, await photo())).status).toBe(201);
    expect((await post(id, 'void', { reason: 'a misprint' })).status).toBe(200);
    await app.until({ for_hand: 2, petitioned: 0 });
    const again = await compiled();
    expect(again.names).toBe(2);
    expect((await tried(again.id, 'accepted-in-meeting')).status).toBe(201);
    await app.until({ handed_in: 5, for_hand: 0, petitioned: 0 });
  });

  test('before the petition was sealed is refused by field', async () => {
    for (let n = 21; n <= 22; n += 1) await app.sign(n);
    await app.until({ for_hand: 2 });
    const { id } = await compiled();
    const answer = await tried(id, 'accepted', { at: '2019-01-01T00:00:00Z' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field: 'at', problem: expect.stringContaining('before the petition') }]);
    const follow = await post(id, 'follow-ups', { what: 'asked', at: at(), reference: 'R-1' });
    expect(follow.body.errors).toEqual([{ field: 'reference', problem: expect.stringContaining('answered') }]);
  });
});

describe('a petition that nobody speaks of', () => {
  const list = async () => (await app.call('GET', `/v1/campaigns/${campaign}/petitions`)).body.petitions;
  const overdueEvents = () => app.database.read.findBy(webhookEventTable, { type: 'petition.overdue' });

  test('is due after thirty days, in the list, the metric and the outbox, once for each silence', async () => {
    const [{ id, due }] = await list();
    expect(due).toBeNull();
    app.clock.move(31 * day);
    const [late] = await list();
    expect(late).toMatchObject({ id, course: 'waits', due: { why: 'not-tried' }, tries: 0 });
    const events = await waitFor(overdueEvents, (seen) => seen.length > 0, 'the event');
    expect(events.map((event) => event.data)).toMatchObject([{ petition: id, why: 'not-tried', names: 2 }]);
    expect((await metricsOf(app)).sum('todoke_petitions_overdue')).toBe(1);

    expect((await post(id, 'follow-ups', { what: 'asked', at: at(), note: 'by phone' })).status).toBe(201);
    expect((await get(id)).due).toBeNull();
    expect((await metricsOf(app)).sum('todoke_petitions_overdue')).toBe(0);
    app.clock.move(31 * day);
    await waitFor(overdueEvents, (seen) => seen.length === 2, 'the second event');
    expect((await get(id)).follow_ups).toMatchObject([{ what: 'asked', note: 'by phone' }]);
  });

  test('pages of the list follow one another', async () => {
    const all = (await list()).map((each: { serial: string }) => each.serial);
    const found: string[] = [];
    for (let before: string | null = ''; before !== null;) {
      const query = `limit=2${before === '' ? '' : `&before=${before}`}`;
      const { body } = await app.call('GET', `/v1/campaigns/${campaign}/petitions?${query}`);
      found.push(...body.petitions.map((each: { serial: string }) => each.serial));
      before = body.next;
    }
    expect(found).toEqual(all);
    expect(all.length).toBeGreaterThan(3);
    expect((await app.call('GET', `/v1/campaigns/${campaign}/petitions?limit=0`)).status).toBe(400);
  });
});

describe('a photo of a hand-in', () => {
  let id: string;
  let handIn: string;
  const path = (file: string) => `/v1/petitions/${id}/hand-ins/${handIn}/files/${file}`;

  beforeAll(async () => {
    const [{ id: last }] = (await app.call('GET', `/v1/campaigns/${campaign}/petitions`)).body.petitions;
    id = last;
    handIn = (await tried(id, 'refused')).body.id;
  });

  test('is kept upright, without place and device, and given to staff under a name that betrays nobody', async () => {
    const sent = await photo();
    const before = await sharp(sent).metadata();
    expect(sent.includes('Phone of a member')).toBe(true);
    expect(before.orientation).toBe(6);
    const { status, body } = await upload(id, handIn, sent);
    expect(status).toBe(201);
    const { headers, bytes } = await download(path(body.id));
    expect(headers.get('content-type')).toBe('image/jpeg');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="petition-[\d-]+-hand-in-\w{16}\.jpg"$/);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const after = await sharp(bytes).metadata();
    expect(after).toMatchObject({ format: 'jpeg', width: 40, height: 60 });
    expect([after.exif, after.xmp, after.iptc, after.orientation]).toEqual(Array.from({ length: 4 }));
    expect(bytes.includes('Phone of a member')).toBe(false);
    // The same file once more is the same record.
    expect((await upload(id, handIn, sent)).body.id).toBe(body.id);
    expect((await get(id)).hand_ins.at(-1).files).toEqual([body]);
    expect((await fetch(app.origin + path(body.id))).status).toBe(401);
    expect((await download(path('0000000000000000'))).status).toBe(404);
  });

  test('may be a PNG, a WebP or a scan as PDF, and nothing else', async () => {
    const picture = sharp({ create: { width: 9, height: 9, channels: 4, background: '#ffffff00' } });
    for (const bytes of [await picture.png().toBuffer(), await picture.webp().toBuffer()])
      expect((await upload(id, handIn, bytes)).body.type).toBe('image/jpeg');
    const pdf = await upload(id, handIn, Buffer.from('%PDF-1.7\n%%EOF\n'));
    expect(pdf.body.type).toBe('application/pdf');
    expect((await download(path(pdf.body.id))).headers.get('content-disposition')).toContain('.pdf"');
    for (const bytes of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<script>', 'GIF89a', ''])
      expect((await upload(id, handIn, Buffer.from(bytes))).status).toBe(400);
  });

  test('that is cut off, too wide or too heavy is refused in words', async () => {
    const sent = await photo(600, 400);
    const cut = await upload(id, handIn, sent.subarray(0, sent.length - 400));
    expect(cut.status).toBe(400);
    expect(cut.body.detail).toContain('50 million pixels');
    const wide = await sharp({ create: { width: 10_000, height: 6_000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    expect((await upload(id, handIn, wide)).status).toBe(400);
    const heavy = await upload(id, handIn, Buffer.alloc(20 * 1024 * 1024 + 1));
    expect(heavy.body.detail).toContain('20 MB');
    expect((await upload(id, '0000000000000000', sent)).status).toBe(404);
  });
});

describe('a petition that was received and whose letters do not all say so yet', () => {
  const receipts: string[] = [];
  let id: string;
  let report: Parameters<typeof recordHandIn>[2];
  let receipt: string;
  /** How letters stood before. */
  let before: Awaited<ReturnType<TestApp['states']>>;

  test('says how far it is, and where each letter is', async () => {
    before = await app.states();
    for (let n = 91; n <= 93; n += 1) receipts.push((await app.sign(n, { language: 'en' })).body.receipt_url);
    await app.until({ for_hand: 3 });
    ({ id } = await compiled());
    await tried(id, 'refused');
    report = {
      at: app.clock.now() + 1,
      outcome: 'accepted',
      place: 'at the gate',
      carrier: null,
      reference: null,
      note: null,
    };
    // A process that ends in the middle of it: two letters in a batch, and nobody is reminded.
    const needs = { ...app, queue: { ask: () => Promise.resolve() }, perBatch: 2 };
    receipt = (await recordHandIn(needs, id, report, { by: 'test', patience: 0 })).handIn.id;
    await app.until({ handed_in: before.handed_in + 2, petitioned: before.petitioned + 1 });
    expect(await get(id)).toMatchObject({
      state: 'handing_in',
      course: 'handed-in',
      progress: { step: 'handing-in', done: 2, of: 3 },
    });
    await app.auditGreen();
    const list = (await app.call('GET', `/v1/campaigns/${campaign}/petitions`)).body.petitions;
    expect(list[0]).toMatchObject({ id, state: 'handing_in', course: 'handed-in' });
    for (const url of receipts) {
      const page = await (await fetch(url)).text();
      expect(/<p class="state">(.*?)<\/p>/.exec(page)?.[1]).toBe('Handed over');
      expect(page).not.toContain('going to be handed over');
    }
  });

  test('offers staff nothing that would be refused', async () => {
    const { text } = await (await signedIn(app, 'deliverer')).get(`/console/petitions/${id}`);
    expect(text).toContain('each name is being marked as handed over');
    expect(text).toContain('2 of 3 names');
    for (const gone of ['/void"', `/petitions/${id}/hand-in"`, `${receipt}/strike`]) expect(text).not.toContain(gone);
  });

  test('is not voided, nor is its receipt struck or recorded twice', async () => {
    for (const answer of [
      await post(id, 'void', { reason: 'a misprint' }),
      await tried(id, 'accepted', { place: 'elsewhere' }),
      await tried(id, 'lost'),
    ]) {
      expect(answer.status).toBe(409);
      expect(answer.body.detail).toContain('This petition is being handed in');
    }
    const struck = await post(id, `hand-ins/${receipt}/strike`, { reason: 'the wrong petition' });
    expect([struck.status, struck.body.detail]).toEqual([409, expect.stringContaining('cannot be struck')]);
    const again = await tried(id, 'accepted', { at: new Date(report.at).toISOString() });
    expect([again.status, again.body.id]).toEqual([201, receipt]);
    await app.until({ handed_in: before.handed_in + 2, petitioned: before.petitioned + 1 });
  });

  test('is finished by whoever sweeps, and told of once', async () => {
    const ends = async () =>
      (await app.database.read.findBy(webhookEventTable, { type: 'petition.handed-in' })).filter(
        (event) => event.data['petition'] === id,
      );
    expect(await ends()).toEqual([]);
    app.clock.move(5_000);
    await app.until({ handed_in: before.handed_in + 3, petitioned: before.petitioned });
    expect(await get(id)).toMatchObject({ state: 'handed_in', progress: { step: 'done', done: 3, of: 3 } });
    expect((await ends()).map((event) => event.data['hand_in'])).toEqual([receipt]);
  });
});
