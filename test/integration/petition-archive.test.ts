import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyPetition } from '../../src/petitions/verify-petition.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'todoke-archive-'));
let app: TestApp;
let petition: { id: string; serial: string; digest: string };

beforeAll(async () => {
  app = await startTestApp();
  const channel = `/v1/campaigns/${campaign}/targets/${target}/channel`;
  await app.call('POST', channel, { mode: 'hand', reason: 'mail is refused' });
  for (let n = 1; n <= 3; n += 1)
    await app.sign(n, { phone: '0322223333', email: `secret-${n}@hidden.example`, message: '秘密 Distinctive words' });
  await app.sign(4, { name: '=SUM(A1)' });
  await app.until({ for_hand: 4 });
  const { id } = (await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target })).body;
  petition = await waitFor(
    async () => (await app.call('GET', `/v1/petitions/${id}`)).body,
    (seen) => seen.files_ready,
    'its files',
  );
});
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
  rmSync(folder, { recursive: true });
});

const get = async (file: string, headers: Record<string, string> = {}, method = 'GET') => {
  const response = await fetch(`${app.origin}/v1/petitions/${petition.id}/${file}`, {
    method,
    headers: { authorization: `Bearer ${app.key}`, ...headers },
  });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};

describe('the other forms of a petition', () => {
  test('plain text is the list whose digest stands on the paper', async () => {
    const { bytes, headers } = await get('names.txt');
    expect(bytes.toString()).toBe('人権 守 1\n人権 守 2\n人権 守 3\n=SUM(A1)\n');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(petition.digest);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="petition-${petition.serial}-names.txt"`);
  });

  test.skipIf(needs('unzip', 'unzip'))('the archive holds everything, fit to be verified', async () => {
    const { bytes, headers } = await get('archive.zip');
    expect(headers.get('content-length')).toBe(String(bytes.length));
    expect(headers.get('content-disposition')).toBe(`attachment; filename="petition-${petition.serial}.zip"`);
    writeFileSync(join(folder, 'all.zip'), bytes);
    execFileSync('unzip', ['-q', 'all.zip'], { cwd: folder });
    const listed = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    expect(listed.match(/: OK$/gm)).toHaveLength(4);
    const part = (name: string) => join(folder, `petition-${petition.serial}-${name}`);
    const { findings } = await verifyPetition(part('manifest.json'), part('names.csv'), undefined);
    expect(findings.filter(({ fits }) => fits !== true)).toEqual([
      { fits: undefined, says: expect.stringContaining('takes key') },
    ]);
    for (const name of ['SHA256SUMS', `petition-${petition.serial}-manifest.json`])
      expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/守|mail\d|signer\d|22223333/);
  });

  test.skipIf(needs('qpdf', 'qpdf') || needs('unzip', 'unzip'))(
    'nothing but names is in any file, not even where a PDF hides things',
    async () => {
      const place = join(folder, 'search');
      mkdirSync(place);
      writeFileSync(join(place, 'all.zip'), (await get('archive.zip')).bytes);
      execFileSync('unzip', ['-q', 'all.zip'], { cwd: place });
      for (const name of readdirSync(place)) {
        const file = join(place, name);
        // Streams laid open, object streams undone.
        if (name.endsWith('.pdf'))
          execFileSync('qpdf', ['--qdf', '--object-streams=disable', file, `${file}.open`], { stdio: 'pipe' });
      }
      const secrets = ['secret-', 'hidden.example', '0322223333', '秘密', 'Distinctive words', '/receipts/'];
      const everything = readdirSync(place).filter((name) => name !== 'all.zip');
      expect(everything.filter((name) => name.endsWith('.open'))).toHaveLength(1);
      for (const name of everything) {
        const bytes = readFileSync(join(place, name));
        for (const secret of secrets)
          for (const form of [Buffer.from(secret), Buffer.from(secret, 'utf16le').swap16()])
            for (const written of [
              form,
              Buffer.from(form.toString('hex')),
              Buffer.from(form.toString('hex').toUpperCase()),
            ])
              expect(bytes.includes(written), `${secret} in ${name}`).toBe(false);
        for (const secret of secrets) expect(name).not.toContain(secret);
      }
    },
  );

  test('the archive goes on where a download broke off', async () => {
    const { bytes: whole, headers } = await get('archive.zip');
    const etag = headers.get('etag') ?? '';
    for (const [from, to] of [
      [0, 9],
      [1_000, whole.length - 1],
      [whole.length - 30, whole.length - 1],
    ] as const) {
      const part = await get('archive.zip', { range: `bytes=${from}-${to}`, 'if-range': etag });
      expect(part.status).toBe(206);
      expect(part.bytes.equals(whole.subarray(from, to + 1))).toBe(true);
    }
    const head = await get('archive.zip', {}, 'HEAD');
    expect([head.headers.get('content-length'), head.bytes.length]).toEqual([String(whole.length), 0]);
  });

  test.each(['names.txt', 'archive.zip'])('%s is not given without a key', async (file) => {
    expect((await get(file, { authorization: 'Bearer none' })).status).toBe(401);
  });

  test('a file that is not the one that was made is told before anything is sent', async () => {
    const name = `petition-${petition.serial}-names.csv`;
    const stored = readFileSync(join(app.files.location(petition.serial), name), 'utf8');
    await app.files.write(petition.serial, name, stored.replace('SUM', 'SUN'));
    for (const file of ['names.txt', 'archive.zip']) {
      const { status, headers, bytes } = await get(file);
      expect([status, headers.get('content-disposition')]).toEqual([503, null]);
      expect(bytes.toString()).toContain('is not the file that was made');
    }
    await app.files.write(petition.serial, name, stored);
    expect((await get('archive.zip')).status).toBe(200);
  });
});
