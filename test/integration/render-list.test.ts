import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { loadCampaign } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import { readNamesCsv } from '../../src/petitions/names-csv.ts';
import { namesDigest } from '../../src/petitions/names-digest.ts';
import { fixedCores } from '../../src/petitions/free-cores.ts';
import { renderList, type ListToRender } from '../../src/petitions/render-list.ts';
import { trySheets } from '../../src/petitions/try-sheets.ts';
import { needs } from '../support/needs.ts';
import { campaign as slug, target } from '../support/start-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'todoke-render-'));
afterAll(() => rmSync(folder, { recursive: true }));

let campaign: Campaign;
let words: Readonly<Record<string, Words>>;
beforeAll(async () => {
  campaign = await loadCampaign(join('campaigns', slug));
  words = await loadWords(wordsFolder);
});

const keys = parseKeyRing(`1:${Buffer.alloc(32, 1).toString('base64')}`);
const names = ['人権 守', 'Mamoru Jinken', '=SUM(A1)', 'Ada "Countess" Lovelace', '𠮷田 𠮷子'];
const render = (out: string, text = names.join('\n'), changes: Partial<ListToRender> = {}) =>
  renderList({
    campaign,
    words,
    keys,
    target,
    list: Readable.from([Buffer.from(text)]),
    out: join(folder, out),
    sealedAt: Date.UTC(2020, 5, 1),
    perVolume: 2,
    ...changes,
  });
const file = (out: string, name: string) => readFileSync(join(folder, out, name));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a list without a database', () => {
  test('becomes volumes, a CSV and a manifest that fit each other', async () => {
    const steps: string[] = [];
    const progress = (done: number, of: number) => void steps.push(`${done}/${of}`);
    const { manifest, emptyLines } = await render('one', `${names.join('\n')}\n\n`, { progress });
    const digest = namesDigest(names);
    expect(manifest).toMatchObject({ petition: `list-${digest.slice(0, 8)}`, count: 5, digest });
    expect(manifest.volumes.map(({ volume, from, to }) => [volume, from, to])).toEqual([
      [1, 1, 2],
      [2, 3, 4],
      [3, 5, 5],
    ]);
    expect([steps, emptyLines]).toEqual([['2/5', '4/5', '5/5'], 1]);
    for (const each of manifest.volumes) expect(sha256(file('one', each.file))).toBe(each.pdfSha256);
    const csv = file('one', manifest.csv.file);
    expect(sha256(csv)).toBe(manifest.csv.sha256);
    expect(readNamesCsv(csv.toString()).map(({ name }) => name)).toEqual(names);
    expect(JSON.parse(file('one', `petition-${manifest.petition}-manifest.json`).toString())).toEqual(manifest);
    expect(readdirSync(join(folder, 'one'))).toHaveLength(5);
  });

  test('has the same bytes each time, one volume after the other or side by side', async () => {
    await render('two', names.join('\n'), { typesetting: { cores: fixedCores(1) } });
    for (const name of readdirSync(join(folder, 'two')))
      expect(file('two', name).equals(file('one', name)), name).toBe(true);
  });

  test('is made volume by volume, with a rest after each, while other work fills the machine', async () => {
    let atWork = 0;
    const rests: { took: number; atWork: number }[] = [];
    const cores = { count: () => 0, wait: (took: number) => Promise.resolve(void rests.push({ took, atWork })) };
    const progress = (done: number) => void (atWork = done);
    await render('three', names.join('\n'), { typesetting: { cores }, progress });
    // Nothing is waited for before the first, and each is at its end before the next one may begin.
    expect(rests.map((rest) => rest.atWork)).toEqual([0, 2, 4]);
    expect(rests.map(({ took }) => took > 0)).toEqual([false, true, true]);
    for (const name of readdirSync(join(folder, 'three')))
      expect(file('three', name).equals(file('one', name)), name).toBe(true);
  });

  test('with bad lines is refused, every one told by its number and none by its words', async () => {
    const refused = render('bad', '守\na\tb\tc\nMamoru\n!!!\n');
    await expect(refused).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^2 lines .* nothing was made\.\n {2}line 2 has .*\n {2}line 4 holds no letter/),
    });
    await expect(refused).rejects.not.toThrow(/Mamoru|!!!/);
    expect(readdirSync(join(folder, 'bad'))).toEqual([]);
  });

  test('with very many bad lines tells the first and counts the rest', async () => {
    await expect(render('bad', '!\n'.repeat(1_000))).rejects.toThrow(/line 20 .*\n {2}… and 980 more$/);
  });

  test('is refused when it is empty, or for a target of another campaign', async () => {
    await expect(render('bad', '\n\n')).rejects.toThrow('The list holds no name');
    await expect(render('bad', 'a', { target: 'nobody' })).rejects.toMatchObject({ code: 'not-found' });
    expect(readdirSync(join(folder, 'bad'))).toEqual([]);
  });

  test.skipIf(needs('pdftotext', 'poppler-utils'))('prints each name in the volume it belongs to', async () => {
    const { manifest } = await render('one');
    const text = execFileSync('pdftotext', ['-', '-'], { input: file('one', manifest.volumes[1]?.file ?? '') });
    expect(text.toString()).toContain('=SUM(A1)');
    expect(text.toString()).not.toContain('𠮷田');
  });
});

describe('a layout of the campaign’s own', () => {
  const own = (text: string): Campaign => ({ ...campaign, sheets: { targets: { [target]: text } } });

  test('is printed instead of ours, and its hash is in the manifest', async () => {
    const text = readFileSync('templates/petition.typ', 'utf8').replace(
      '#let name-columns = 3',
      '#let name-columns = 2',
    );
    const { manifest } = await render('own', names.join('\n'), { campaign: own(text) });
    expect(manifest.templateSha256).toBe(sha256(Buffer.from(text)));
  });

  test('is tried before it is needed', async () => {
    await expect(trySheets(own('#let a = 1\n#nothing'), words)).rejects.toThrow(`petition.${target}.typ:2:2`);
    await expect(trySheets(campaign, words)).resolves.toBeUndefined();
  });
});

describe('todoke petition render', () => {
  const run = (input: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      ['src/cli/todoke.ts', 'petition', 'render', '--campaign', slug, '--target', target, ...args],
      { input, encoding: 'utf8', env: { ...process.env, DATA_DIR: join(folder, 'data') } },
    );

  test('reads standard input and prints the day it is told', () => {
    const out = join(folder, 'cli');
    const { status, stdout } = run(names.join('\n'), '--names', '-', '--out', out, '--date', '2020-06-01');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/names +5\n.*volumes +1\n/s)]);
    const manifest = readdirSync(out).find((name) => name.endsWith('manifest.json')) ?? '';
    expect(JSON.parse(readFileSync(join(out, manifest), 'utf8'))).toMatchObject({
      sealedAt: expect.stringMatching(/^2020-06-01/),
    });
  });

  test('makes the paper, the letter of names and the CSV it is told', () => {
    const out = join(folder, 'told');
    const told = ['--paper', 'us-letter', '--names-letter', '--no-bom', '--mail-stopped', '2020-06-12'];
    const { status } = run(names.join('\n'), '--names', '-', '--out', out, ...told);
    expect(status).toBe(0);
    const part = (ending: string) =>
      readFileSync(join(out, readdirSync(out).find((name) => name.endsWith(ending)) ?? ''));
    expect(part('names.csv').subarray(0, 6).toString()).toBe('number');
    const { volumes } = JSON.parse(part('manifest.json').toString());
    expect(sha256(part('letter-1.pdf'))).toBe(volumes[0].letter.pdfSha256);
    if (needs('pdftotext', 'poppler-utils')) return;
    for (const pdf of [part('volume-1.pdf'), part('letter-1.pdf')]) {
      expect(execFileSync('pdfinfo', ['-'], { input: pdf }).toString()).toMatch(/^Page size: .*letter/m);
      const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: pdf }).toString();
      expect(text).toContain('since 12 June 2020');
      for (const name of names) expect(text).toContain(name);
    }
  });

  test.each([
    [['--names', '-', '--date', 'soon'], 'write it as 2026-05-29'],
    [['--names', 'no/such/list'], 'cannot be opened (ENOENT)'],
    [['--names', '-', '--volume-size', '0'], '1 to 50000'],
  ])('says what to do about %j', (args, sentence) => {
    const { status, stderr } = run('守', '--out', join(folder, 'none'), ...args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(sentence)]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
