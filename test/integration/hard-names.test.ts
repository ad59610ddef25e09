import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCampaign } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../../src/campaigns/words.ts';
import { namesCsv, readNamesCsv } from '../../src/petitions/names-csv.ts';
import { namesDigest } from '../../src/petitions/names-digest.ts';
import type { PetitionName } from '../../src/petitions/petition-sheet.ts';
import { typesetVolume, type TypesetVolume } from '../../src/petitions/typeset-volume.ts';
import { writeSheet } from '../../src/petitions/write-sheet.ts';
import { garbageNames } from '../support/garbage-names.ts';
import { hardNames } from '../support/hard-names.ts';
import { mixedNames } from '../support/mixed-names.ts';
import { needs } from '../support/needs.ts';
import { campaign as slug, target } from '../support/start-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'todoke-hard-'));
afterAll(() => rmSync(folder, { recursive: true }));

const typeset = async (names: PetitionName[]): Promise<TypesetVolume> => {
  const facts = {
    serial: '2020-0001',
    target,
    names: names.length,
    volumes: 1,
    digest: namesDigest(names.map(({ name }) => name)),
    sealedAt: Date.UTC(2020, 8, 3),
  };
  const campaign = await loadCampaign(join('campaigns', slug));
  return typesetVolume(writeSheet(campaign, facts, await loadWords(wordsFolder)), { volume: 1, names });
};
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', cwd: folder, maxBuffer: 64 * 1024 * 1024 });

const hard = hardNames.map((each, index) => ({ ...each, number: index + 1 }));
const noPoppler = needs('pdftotext', 'poppler-utils');

describe('a hundred hard names in more than 25 scripts', () => {
  let volume: TypesetVolume;
  beforeAll(async () => {
    volume = await typeset(hard);
    writeFileSync(join(folder, 'hard.pdf'), volume.pdf);
  });

  test('all stand on the paper, and what is not printed as it was written is listed', () => {
    expect(hardNames.length).toBeGreaterThan(100);
    expect(volume.pageRanges.at(-1)?.to).toBe(hardNames.length);
    // Scripts whose fonts are an optional set, and what must not act on a page.
    for (const { number, codePoints } of volume.substituted) {
      const { name = '' } = hard[number - 1] ?? {};
      for (const codePoint of codePoints)
        expect(name).toContain(String.fromCodePoint(Number.parseInt(codePoint.slice(2), 16)));
    }
    const printedAsWritten = hard.filter(({ number }) => !volume.substituted.some((each) => each.number === number));
    expect(printedAsWritten.length).toBeGreaterThan(95);
  });

  test('come back from the CSV, every one', () => {
    expect(readNamesCsv(namesCsv(hard)).map(({ name }) => name)).toEqual(hard.map(({ name }) => name));
  });

  test.skipIf(needs('qpdf', 'qpdf'))('make a sound PDF', () => {
    expect(run('qpdf', '--check', 'hard.pdf')).toContain('No syntax or stream encoding errors found');
  });

  test.skipIf(noPoppler)('are photographed for whoever wants to look', () => {
    mkdirSync('var/pictures', { recursive: true });
    const { page = 0 } = volume.pageRanges[0] ?? {};
    run('pdftoppm', '-r', '90', '-f', `${page}`, '-l', `${page}`, '-png', '-singlefile', 'hard.pdf', 'hard');
    run('cp', 'hard.png', join(process.cwd(), 'var/pictures/petition-hard-names.png'));
  });
});

describe.skipIf(noPoppler)('ten thousand mixed names as a machine reads them', () => {
  test('98 in 100 are found exactly, and every number', async () => {
    const names = mixedNames(10_000);
    const { pdf, pageRanges } = await typeset(names);
    writeFileSync(join(folder, 'mixed.pdf'), pdf);
    const [first, last] = [pageRanges[0]?.page, pageRanges.at(-1)?.page];
    const text = run('pdftotext', '-fixed', '4', '-f', `${first}`, '-l', `${last}`, 'mixed.pdf', '-');
    const read = new Map(
      // Marks of direction are the reader's, not the name's.
      text
        .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
        .split('\n')
        // Three names a line, a number before each.
        .flatMap((line) => [...line.matchAll(/(?:^|\s{2,})(\d+)\s+(.+?)(?=\s{2,}\d+\s|$)/g)])
        .map(([, number, name]) => [Number(number), name?.trim()] as const),
    );
    expect(names.filter(({ number }) => !read.has(number))).toEqual([]);
    const wrong = names.filter(({ number, name }) => read.get(number)?.normalize('NFC') !== name.normalize('NFC'));
    expect(
      wrong.length,
      wrong
        .slice(0, 5)
        .map(({ number, name }) => `${name} ≠ ${read.get(number)}`)
        .join(', '),
    ).toBeLessThanOrEqual(200);
  });
});

test('garbage makes no crash and no empty box, and nothing of it is dropped', async () => {
  const names = garbageNames(600, 1);
  // In PDF/A mode a character that no font draws would have stopped the export.
  const { pageRanges } = await typeset(names);
  expect(pageRanges.at(-1)?.to).toBe(600);
});
