/** What a signer can take along: all that is held, to nobody but the holder of the first receipt. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { greylists } from '../../src/embassy/personalities.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
});

const file = (receipt: string) => fetch(`${receipt}/data.json`);

test('the file holds every field, the texts agreed to, and the way of the letter', async () => {
  const signed = await app.sign(1, { phone: '03-2222-3333', message: 'Words of my own.' });
  await app.until({ accepted: 1 });
  const answer = await file(signed.body.receipt_url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename=todoke-data.json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-robots-tag')).toBe('noindex');
  const data = (await answer.json()) as any;
  expect(data).toMatchObject({
    campaign: { id: 'uyghurs-abroad', version: expect.stringMatching(/^[0-9a-f]{16}$/) },
    language: 'en',
    source: 'test',
    name: '人権 守 1',
    email: 'signer1@mail1.example',
    phone: '0322223333',
    message: 'Words of my own.',
    erased_at: null,
  });
  expect(data.consents.map((consent: { id: string }) => consent.id)).toEqual(['send', 'hand-over']);
  expect(data.consents[0].text).toMatch(/^I have read the privacy policy/);
  expect(data.letters).toHaveLength(1);
  expect(data.letters[0].history.map((step: { state: string }) => step.state)).toEqual([
    'queued',
    'sending',
    'accepted',
  ]);
  expect(data.letters[0].attempts).toEqual([
    expect.objectContaining({ sender: 'reply-to', result: 'accepted', ended_at: expect.stringMatching(/Z$/) }),
  ]);
  // The mailbox of the target is private, and so are the words of its server.
  expect(JSON.stringify(data)).not.toContain('embassy.example');
  expect(data.letters[0].to).not.toBe(target);
});

test('a stranger who signs with the same address learns nothing from a file', async () => {
  const first = await app.sign(2);
  await app.until({ accepted: 2 });
  const stranger = await app.sign(2, { name: 'Sam Sample' });
  expect(stranger.body.receipt_url).not.toBe(first.body.receipt_url);
  const answer = await file(stranger.body.receipt_url);
  expect(answer.status).toBe(409);
  expect(await answer.text()).not.toMatch(/人権|signer2|Sam Sample/);
  expect((await file(first.body.receipt_url)).status).toBe(200);
  const forged = `${first.body.receipt_url.slice(0, -1)}${first.body.receipt_url.endsWith('0') ? '1' : '0'}`;
  expect((await file(forged)).status).toBe(404);
});

test('after an erasure the file holds the way of the letter and nobody’s name', async () => {
  app.embassy.become(greylists());
  const signed = await app.sign(4);
  await app.until({ accepted: 2, queued: 1 });
  await waitFor(
    () => app.database.read.count(outcomeTable),
    (n) => n === 1,
    'the letter put off',
  );
  expect((await fetch(`${signed.body.receipt_url}/erase`, { method: 'POST' })).status).toBe(200);
  const data = (await (await file(signed.body.receipt_url)).json()) as any;
  expect(data).toMatchObject({ name: null, email: null, phone: null, message: null });
  expect(data.erased_at).not.toBeNull();
  expect(data.letters[0].heard.length).toBeGreaterThan(0);
});
