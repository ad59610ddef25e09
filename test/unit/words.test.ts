/** The words of pages and petitions: complete in every language, and a mistake in them is named by file and key. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { assertWords, loadWords, wordsFolder, wordsFor } from '../../src/campaigns/words.ts';
import { AppError } from '../../src/errors.ts';
import { letterStates } from '../../src/letters/letter-states.ts';
import { handInOutcomes } from '../../src/petitions/hand-in-table.ts';
import { peopleWords } from '../../src/web/console/people/people-words.ts';
import { loadConsoleWords } from '../../src/web/console/page-words.ts';

const scratch = mkdtempSync(join(tmpdir(), 'todoke-words-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A folder with the real words, in which `from` is written as `to` in one file. */
function wordsWith(file: string, from: string | RegExp, to: string): string {
  const folder = mkdtempSync(join(scratch, 'w-'));
  cpSync(wordsFolder, folder, { recursive: true });
  const text = readFileSync(join(folder, file), 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error('nothing was changed');
  writeFileSync(join(folder, file), changed);
  return folder;
}

async function mistakesOf(folder: string): Promise<string> {
  const error: unknown = await loadWords(folder).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('the words were taken');
  expect(error.code).toBe('invalid');
  return error.message;
}

describe('words', () => {
  test('the real words are complete in Japanese and in English', async () => {
    const words = await loadWords(wordsFolder);
    expect(Object.keys(words)).toEqual(['en', 'ja']);
    expect(words['ja']?.petition.stamp).toBe('受領印');
    expect(Object.keys(words['en']?.petition ?? {})).toEqual(Object.keys(words['ja']?.petition ?? {}));
  });

  test('every state of a letter and every outcome of a hand-in has its words', async () => {
    for (const words of Object.values(await loadWords(wordsFolder))) {
      expect(Object.keys(words.states)).toEqual(expect.arrayContaining([...letterStates]));
      expect(Object.keys(words['hand-ins']).toSorted()).toEqual([...handInOutcomes].toSorted());
    }
  });

  test('no two states are told alike', async () => {
    for (const words of Object.values(await loadWords(wordsFolder))) {
      const told = Object.values(words.states).map((state) => state.now);
      expect(new Set(told).size).toBe(told.length);
    }
  });

  test.each([
    ['a missing key', 'ja.yaml', /\n {2}stamp: .*/, '', 'petition.stamp: missing'],
    ['a key nobody knows', 'en.yaml', '  stamp:', '  stemp:', 'petition.stemp: not a known key'],
    ['nothing written', 'en.yaml', 'skip: Skip to the content', 'skip:', 'frame.skip: nothing is written here'],
    ['a number for a word', 'en.yaml', 'of: of', 'of: 1', 'petition.of: should be a text'],
    [
      'a variable left out',
      'ja.yaml',
      "'{{date}}から受付'",
      '近日受付',
      'state.not-yet: does not fit — {{date}} is missing',
    ],
    [
      'a variable nobody fills',
      'en.yaml',
      'Opens on {{date}}',
      'Opens {{date}} {{time}}',
      '{{time}} is not filled here',
    ],
    [
      'braces left open',
      'en.yaml',
      'Send my letter',
      'Send my {{letter',
      'form.submit: does not fit — braces are left open',
    ],
    ['dates of no language', 'en.yaml', 'dates: en-GB', 'dates: x', 'dates: does not fit — use a tag'],
    ['what is not YAML', 'ja.yaml', 'language: 日本語', 'language: "日本語', 'this is not YAML'],
  ])('%s is named with its file', async (_what, file, from, to, mistake) => {
    const message = await mistakesOf(wordsWith(file, from, to));
    expect(message).toContain(mistake);
    expect(message).toMatch(new RegExp(`${file}:\\d+:\\d+ `));
  });

  test('all mistakes of all files are told at once', async () => {
    const folder = wordsWith('en.yaml', /\n {2}stamp: .*/, '');
    writeFileSync(join(folder, 'japanese.yaml'), 'language: x\n');
    writeFileSync(join(folder, 'notes.txt'), 'x');
    const message = await mistakesOf(folder);
    expect(message.split('\n')).toHaveLength(4);
    expect(message).toContain('japanese.yaml:1:1  this is not a file of words');
    expect(message).toContain('notes.txt');
  });

  test('a folder that is empty or missing is a mistake', async () => {
    expect(await mistakesOf(mkdtempSync(join(scratch, 'w-')))).toContain('there are no words here');
    expect(await mistakesOf(join(scratch, 'nowhere'))).toContain('there are no words here');
  });

  test('a language more is a file more', async () => {
    const folder = wordsWith('en.yaml', 'language: English', 'language: British');
    cpSync(join(folder, 'en.yaml'), join(folder, 'pt.yaml'));
    const words = await loadWords(folder);
    expect(wordsFor(words, 'pt-BR')?.language).toBe('British');
    expect(wordsFor(words, 'ja')?.language).toBe('日本語');
    expect(wordsFor(words, 'fr')).toBeUndefined();
    expect(wordsFor(words, 'constructor')).toBeUndefined();
  });

  test('a campaign in a language without words is refused at start', async () => {
    const words = await loadWords(wordsFolder);
    const campaign = { slug: 'x', languages: ['ja', 'fr'] } as unknown as Campaign;
    expect(() => assertWords(words, [campaign])).toThrow('campaigns/x is in fr: write templates/words/fr.yaml');
    expect(() => assertWords(words, [{ ...campaign, languages: ['ja'] }])).not.toThrow();
  });
});

test('the audit log says every action in both languages or in none', () => {
  const wordsOf = loadConsoleWords([peopleWords]);
  const [ja, en] = (['ja', 'en'] as const).map((language) => wordsOf(peopleWords, language).log.actions);
  expect(Object.keys(ja ?? {})).toEqual(Object.keys(en ?? {}));
  expect(ja?.['channel.override']).toBe('届け方を変更');
});
