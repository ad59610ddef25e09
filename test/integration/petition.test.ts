import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letterTable } from '../../src/letters/letter-table.ts';
import { leafFileOf } from '../../src/petitions/leaf-file.ts';
import { petitionPlaceTable } from '../../src/petitions/petition-table.ts';
import { nameProofSchema, proofShows } from '../../src/petitions/prove-name.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { has, needs } from '../support/needs.ts';
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

const compile = () => app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
const ready = async (id: string) =>
  waitFor(
    async () => (await app.call('GET', `/v1/petitions/${id}`)).body,
    (seen) => seen.files_ready,
    'its files',
  );
const bytesOf = async (path: string) =>
  Buffer.from(
    await (await fetch(app.origin + path, { headers: { authorization: `Bearer ${app.key}` } })).arrayBuffer(),
  );

describe('a petition', () => {
  let first: { id: string; serial: string };

  test('cannot be compiled from nothing', async () => {
    expect((await compile()).status).toBe(409);
    expect((await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target: 'nobody' })).status).toBe(404);
  });

  test('holds every waiting name in the order of signing, and nothing else about anybody', async () => {
    for (let n = 1; n <= 7; n += 1) await app.sign(n, { phone: '0322223333', message: 'my own words' });
    await app.until({ for_hand: 7 });
    const answer = await compile();
    expect(answer.status).toBe(201);
    first = answer.body;
    expect(answer.body).toMatchObject({ serial: '2020-0001', names: 7, volumes: 1, state: 'sealed' });
    await app.until({ petitioned: 7 });
    await ready(first.id);
    const csv = (await bytesOf(`/v1/petitions/${first.id}/names.csv`)).toString();
    expect([...csv.matchAll(/^(\d+),"(.*)"\r$/gm)].map((row) => row[2])).toEqual(
      Array.from({ length: 7 }, (_, n) => `人権 守 ${n + 1}`),
    );
    for (const text of [csv, JSON.stringify((await app.call('GET', `/v1/petitions/${first.id}/manifest.json`)).body)]) {
      expect(text).not.toMatch(/mail\d|signer\d|22223333|own words/);
    }
  });

  test.skipIf(needs('pdftotext', 'poppler-utils'))('prints as a PDF that gives its names back', async () => {
    const pdf = await bytesOf(`/v1/petitions/${first.id}/volumes/1.pdf`);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf }).toString();
    for (let n = 1; n <= 7; n += 1) expect(text).toContain(`人権 守 ${n}`);
    expect(text).toContain('2020-0001');
    expect(text).not.toMatch(/@|22223333|own words/);
    if (has('qpdf'))
      expect(
        execFileSync('qpdf', ['--check', join(app.files.location(first.serial), file('.pdf'))]).toString(),
      ).toContain('No syntax');
  });

  const file = (ending: string) =>
    readdir(app.files.location(first.serial)).find((name) => name.endsWith(ending)) ?? '';

  test('is downloaded under a name that betrays nobody, and not without a key', async () => {
    const response = await fetch(`${app.origin}/v1/petitions/${first.id}/volumes/1.pdf`, {
      headers: { authorization: `Bearer ${app.key}`, range: 'bytes=0-9' },
    });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="petition-2020-0001[\w-]*\.pdf"$/,
    );
    expect((await fetch(`${app.origin}/v1/petitions/${first.id}/volumes/1.pdf`)).status).toBe(401);
    expect((await app.call('GET', `/v1/petitions/${first.id}/volumes/2.pdf`)).status).toBe(404);
    expect((await app.call('GET', '/v1/petitions/0000000000000000')).status).toBe(404);
  });

  test('that was refused at the door stays sealed; voided, its names wait for the next', async () => {
    const at = new Date(app.clock.now()).toISOString();
    const refused = await app.call('POST', `/v1/petitions/${first.id}/hand-ins`, {
      outcome: 'refused',
      at,
      place: 'at the gate',
    });
    expect(refused.body).toMatchObject({ outcome: 'refused', place: 'at the gate', recorded_by: 'test' });
    await app.until({ petitioned: 7 });
    expect((await app.call('POST', `/v1/petitions/${first.id}/void`, {})).status).toBe(400);
    const voided = await app.call('POST', `/v1/petitions/${first.id}/void`, { reason: 'a misprint' });
    expect(voided.body).toMatchObject({ state: 'void', void_reason: 'a misprint' });
    await app.until({ for_hand: 7, petitioned: 0 });
    expect(
      (await app.call('POST', `/v1/petitions/${first.id}/hand-ins`, { outcome: 'accepted', at, place: 'x' })).status,
    ).toBe(409);
  });

  test('is compiled again with the same names and digest, and handed in once', async () => {
    const again = (await compile()).body;
    expect(again).toMatchObject({ serial: '2020-0002', names: 7, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await ready(again.id);
    const at = new Date(app.clock.now()).toISOString();
    const handIn = await app.call('POST', `/v1/petitions/${again.id}/hand-ins`, {
      outcome: 'accepted-in-meeting',
      at,
      place: 'in the embassy',
      carrier: 'a member of staff',
      reference: 'R-1',
    });
    expect(handIn.status).toBe(201);
    await app.until({ handed_in: 7 });
    expect((await app.call('POST', `/v1/petitions/${again.id}/void`, { reason: 'too late' })).status).toBe(409);
    expect(
      (await app.call('POST', `/v1/petitions/${again.id}/hand-ins`, { outcome: 'posted', at, place: 'x' })).status,
    ).toBe(409);
    expect(await app.database.read.countBy(petitionPlaceTable, { petitionId: again.id })).toBe(7);
    expect((await app.database.read.findBy(letterTable, { petitionId: again.id })).length).toBe(7);
  });

  test('tells the signer where her name is', async () => {
    const signed = await app.sign(50);
    await app.until({ for_hand: 1 });
    const { id, serial } = (await compile()).body;
    await ready(id);
    const address = signed.body.receipt_url;
    const page = await (await fetch(address)).text();
    expect(page).toContain(serial);
    expect(page).toContain(`proof-${serial}.json"`);
    const answer = await fetch(`${address}/proof-${serial}.json`);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="petition-${serial}-proof.json"`);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const proof = nameProofSchema.parse(await answer.json());
    const manifest = (await app.call('GET', `/v1/petitions/${id}/manifest.json`)).body;
    expect(proof.root).toBe(manifest.tree.root);
    expect(proofShows(proof, '人権 守 50')).toBe(true);
    expect(proofShows(proof, '人権 守 51')).toBe(false);
    // For her alone: not on another petition, not by another's receipt, not by the receipt of a repeat.
    expect((await fetch(`${address}/proof-2020-0002.json`)).status).toBe(404);
    const other = await app.sign(51);
    const repeat = await app.sign(50);
    for (const { body } of [other, repeat])
      expect((await fetch(`${body.receipt_url}/proof-${serial}.json`)).status).toBe(404);
    expect((await fetch(`${app.origin}/receipts/${'0'.repeat(32)}/proof-${serial}.json`)).status).toBe(404);
  });

  test('whose kept leaves were changed gives no proof rather than a wrong one', async () => {
    const signed = await app.sign(52);
    await app.until({ for_hand: 2 });
    const { id, serial } = (await compile()).body;
    await ready(id);
    const address = `${signed.body.receipt_url}/proof-${serial}.json`;
    expect((await fetch(address)).status).toBe(200);
    const leaves = join(app.files.location(serial), leafFileOf(serial));
    const bytes = readFileSync(leaves);
    writeFileSync(
      leaves,
      bytes.map((byte) => byte ^ 1),
    );
    expect((await fetch(address)).status).toBe(503);
  });

  test('with a hand-in in the future or without a place is refused by field', async () => {
    const answer = await app.call('POST', `/v1/petitions/${first.id}/hand-ins`, { outcome: 'gone', at: 'soon' });
    expect(answer.body.errors.map((each: { field: string }) => each.field)).toEqual(['outcome', 'at', 'place']);
    const future = await app.call('POST', `/v1/petitions/${first.id}/hand-ins`, {
      outcome: 'posted',
      at: '2031-01-01T00:00:00Z',
      place: 'x',
    });
    expect(future.body.errors).toEqual([
      { field: 'at', problem: 'lies in the future: give the time when it happened' },
    ]);
  });
});

function readdir(folder: string): string[] {
  return execFileSync('ls', [folder]).toString().trim().split('\n');
}

test('a manifest says what its files are', async () => {
  const folder = app.files.location('2020-0001');
  const manifest = JSON.parse(
    readFileSync(join(folder, readdir(folder).find((name) => name.endsWith('.json')) ?? ''), 'utf8'),
  );
  expect(manifest).toMatchObject({ volumes: [{ volume: 1, from: 1, to: 7 }] });
});
