import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { loadCampaign } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { writeSheet, type SheetFacts } from '../../src/petitions/write-sheet.ts';
import { campaign as slug, target } from '../support/start-app.ts';

let campaign: Campaign;
let words: Readonly<Record<string, Words>>;
beforeAll(async () => {
  campaign = await loadCampaign(join('campaigns', slug));
  words = await loadWords(wordsFolder);
});

const facts: SheetFacts = {
  serial: '2026-0001',
  target,
  names: 12_345,
  volumes: 2,
  digest: '0'.repeat(64),
  sealedAt: Date.UTC(2020, 8, 3),
};
const write = (more: Partial<SheetFacts> = {}, own: Partial<Campaign> = {}) =>
  writeSheet({ ...campaign, ...own }, { ...facts, ...more }, words);
const [ja, en] = [0, 1];
const textOf = (more: Partial<SheetFacts>, own?: Partial<Campaign>) =>
  write(more, own).covers.map(({ paragraphs }) => paragraphs.join('\n'));

test('the letter says in every language since when mail has not been accepted', () => {
  const text = textOf({ mailStoppedAt: Date.UTC(2020, 5, 12) });
  expect(text[en]).toContain('has not been accepted since 12 June 2020');
  expect(text[ja]).toContain('2020年6月12日以降');
});

test('the letter says nothing of it when mail was not stopped, or the campaign does not want it said', () => {
  const silent = textOf({});
  expect(silent.join()).not.toMatch(/since|以降、本件|\{\{/);
  const petitionRules = { ...campaign.petitionRules, whyOnPaper: false };
  expect(textOf({ mailStoppedAt: Date.UTC(2020, 5, 12) }, { petitionRules })).toEqual(silent);
});

test('names that were left out are counted on the paper, and only when there are any', () => {
  expect(write({ withheld: 1_200 }).covers[en]?.withheldNote).toBe(
    'Names that are not printed here, after a check: 1,200',
  );
  expect(write({ withheld: 1_200 }).covers[ja]?.withheldNote).toBe('確認のうえ掲載を見合わせたお名前：1,200名');
  expect(write({ withheld: 0 }).covers[en]).not.toHaveProperty('withheldNote');
});

test('a petition for several campaigns lists each with its numbers: nobody signed for the others', () => {
  const campaigns = [
    { slug, names: 12_000 },
    { slug: 'gone', names: 345 },
  ];
  expect(write({ campaigns }).covers[en]?.campaigns).toEqual([
    { title: campaign.petition['en']?.title, count: '1–12,000 (12,000)' },
    { title: 'gone', count: '12,001–12,345 (345)' },
  ]);
  expect(write({ campaigns: campaigns.slice(0, 1) }).covers[en]?.campaigns).toEqual([]);
});

test('the target is addressed as the campaign says, unless the text does so itself', () => {
  const petition = { ...campaign.petition, en: { title: 'Signatures', body: 'We ask you to listen.' } };
  expect(write({}, { petition }).covers[en]?.salutation).toBe('Your Excellency,');
  expect(write().covers.map(({ salutation }) => salutation)).toEqual(['', '']);
  expect(write().covers[en]?.paragraphs).toContain('Your Excellency,');
});

test('the layout of the target comes before that of the campaign, and that before ours', () => {
  const sheets = { all: '// all', targets: { [target]: '// own' } };
  expect(write({}, { sheets }).layout).toEqual({ file: `petition.${target}.typ`, text: '// own' });
  expect(write({}, { sheets: { ...sheets, targets: {} } }).layout).toEqual({ file: 'petition.typ', text: '// all' });
  expect(write().layout).toBeUndefined();
});

test('the paper is the one the campaign asks for', () => {
  const petitionRules = { ...campaign.petitionRules, paper: 'us-letter' as const };
  expect([write().paper, write({}, { petitionRules }).paper]).toEqual(['a4', 'us-letter']);
});
