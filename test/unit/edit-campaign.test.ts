/** Editing campaigns as functions over the texts of their files: what is changed, and what stays as people wrote it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeSharedTexts, prepareLanguage, publishLanguage } from '../../src/campaigns/editing/change-languages.ts';
import { changePeriod, closeNow, duplicateFiles, openNow } from '../../src/campaigns/editing/change-period.ts';
import { newCampaignFiles, type NewCampaign } from '../../src/campaigns/editing/new-campaign.ts';
import { openingCheck } from '../../src/campaigns/editing/opening-check.ts';
import { loadStarters } from '../../src/campaigns/editing/starters.ts';
import { fieldAt, fieldsOf, textFields, textFrom, textKinds } from '../../src/campaigns/editing/text-fields.ts';
import { lastChanges, translations } from '../../src/campaigns/editing/translations.ts';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import type { FileProblem } from '../../src/campaigns/file-problem.ts';
import { readCampaign } from '../../src/campaigns/read-campaign.ts';
import { difference } from '../../src/campaigns/versions/difference.ts';
import type { Files } from '../../src/campaigns/versions/versions.ts';
import { periodState } from '../../src/intake/signature.ts';

const folder = 'campaigns/uyghurs-abroad';
const sample: Files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

/** The campaign that these files make. Throws with what is wrong. */
function campaignOf(files: Files): Campaign {
  const problems = problemsOf(files);
  const read = readCampaign(folder, files, []);
  if (read === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return read.campaign;
}
function problemsOf(files: Files): FileProblem[] {
  const problems: FileProblem[] = [];
  readCampaign(folder, files, problems);
  return problems;
}
const settings = (files: Files): string => files.get('campaign.yaml') ?? '';
const at = (day: string): number => Date.parse(`${day}T03:00:00Z`);

const answers: NewCampaign = {
  languages: ['ja', 'en'],
  title: { ja: '題', en: 'A title: with a colon' },
  organisation: { ja: '人権デスク', en: 'Human Rights Desk' },
  privacyPolicy: { ja: 'https://example.org/ja', en: 'https://example.org/en' },
  target: {
    id: 'minister',
    name: { ja: '大臣', en: 'The Minister' },
    salutation: { ja: '大臣殿', en: 'Dear Minister,' },
    mailboxes: ['office@ministry.example'],
    timeZone: 'Asia/Tokyo',
    perHour: 30,
  },
  period: {
    from: '2020-06-01',
    to: '2020-08-31',
    planned: true,
    timeZone: 'Asia/Tokyo',
    words: { ja: '8月末', en: 'August' },
  },
  senderAddress: 'letters@desk.example',
  today: '2020-05-29',
};

describe('the settings of a campaign', () => {
  test('keep their comments, their order and their quotes when one of them is changed', () => {
    const before = settings(sample).split('\n');
    const after = settings(
      changePeriod(sample, { from: '2020-05-29', to: '2020-12-31', planned: false, words: {} }),
    ).split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual(['  to: 2020-12-31']);
    expect(before.filter((line) => !after.includes(line))).toEqual(['  to: 2020-08-31', '  planned: true']);
  });

  test('open, close and open again', () => {
    const draft = newCampaignFiles(answers, loadStarters());
    expect(periodState(campaignOf(draft), at('2020-06-15'))).toBe('not-yet');
    const open = openNow(draft, '2020-05-30');
    expect(campaignOf(open).period.from).toBe('2020-05-30');
    expect(periodState(campaignOf(open), at('2020-05-30'))).toBe('open');
    const closed = closeNow(open, '2020-06-10');
    expect(campaignOf(closed).period).toMatchObject({ to: '2020-06-10', closed: true });
    expect(periodState(campaignOf(closed), at('2020-06-10'))).toBe('closed');
    const words = { ja: '年末まで', en: 'until the end of the year' };
    const again = changePeriod(closed, { from: '2020-05-30', to: '2020-12-31', planned: true, words });
    expect(periodState(campaignOf(again), at('2020-06-11'))).toBe('open');
    expect(campaignOf(again).page['ja']?.period).toBe('年末まで');
    expect(() => openNow(closed, '2020-06-11')).toThrow('extend it first');
  });

  test('give a consent another version with every change of its text, and none for a first translation', () => {
    const texts = {
      organisation: 'Human Rights Desk',
      privacyPolicy: 'https://example.org/en',
      targets: {},
      consents: {},
    };
    const consents = Object.fromEntries(campaignOf(sample).consents.map(({ id, text }) => [id, text['en'] ?? '']));
    const targets = { 'ambassador-of-china-to-japan': { name: 'Ambassador', salutation: 'Your Excellency,' } };
    const versions = (files: Files): string[] => campaignOf(files).consents.map(({ version }) => version);
    const same = changeSharedTexts(sample, 'en', { ...texts, targets, consents }, '2020-06-01');
    expect(versions(same)).toEqual(['2020-05-29', '2020-05-29', '2020-05-29']);
    const changed = { ...consents, send: 'I agree.' };
    const once = changeSharedTexts(same, 'en', { ...texts, targets, consents: changed }, '2020-06-01');
    expect(versions(once)).toEqual(['2020-06-01', '2020-05-29', '2020-05-29']);
    const twice = changeSharedTexts(
      once,
      'en',
      { ...texts, targets, consents: { ...changed, send: 'Yes.' } },
      '2020-06-01',
    );
    expect(versions(twice)[0]).toBe('2020-06-01.2');
    const french = changeSharedTexts(
      prepareLanguage(sample, 'fr'),
      'fr',
      { ...texts, targets, consents },
      '2020-06-01',
    );
    expect(versions(french)).toEqual(['2020-05-29', '2020-05-29', '2020-05-29']);
  });

  test('show a translation to nobody before it is whole', () => {
    const preparing = prepareLanguage(sample, 'fr');
    expect(campaignOf(preparing).languages).toEqual(['ja', 'en']);
    expect(campaignOf(preparing).preparing).toEqual(['fr']);
    expect(translations(preparing).at(-1)).toEqual({
      language: 'fr',
      isShown: false,
      isComplete: false,
      texts: { letter: 'missing', page: 'missing', petition: 'missing', shared: 'missing' },
    });
    expect(problemsOf(publishLanguage(preparing, 'fr')).length).toBeGreaterThan(5);
    const whole = new Map(preparing);
    for (const kind of textKinds) whole.set(`${kind}.fr.md`, sample.get(`${kind}.en.md`) ?? '');
    const { organisation, targets, consents } = campaignOf(sample);
    const shared = changeSharedTexts(
      whole,
      'fr',
      {
        organisation: organisation.name['en'] ?? '',
        privacyPolicy: 'https://example.org/fr',
        targets: Object.fromEntries(targets.map(({ id }) => [id, { name: 'Ambassadeur', salutation: 'Excellence,' }])),
        consents: Object.fromEntries(consents.map(({ id }) => [id, 'Oui.'])),
      },
      '2020-06-01',
    );
    expect(translations(shared).at(-1)?.isComplete).toBe(true);
    const shown = campaignOf(publishLanguage(shared, 'fr'));
    expect([shown.languages, shown.preparing]).toEqual([['ja', 'en', 'fr'], []]);
    expect(publishLanguage(shared, 'fr').get('campaign.yaml')).toContain('languages: [ja, en, fr]');
  });
});

describe('a new campaign', () => {
  const files = newCampaignFiles(answers, loadStarters());

  test('is right from the start, and a draft', () => {
    const campaign = campaignOf(files);
    expect(campaign).toMatchObject({ draft: true, languages: ['ja', 'en'], sender: { identity: 'reply-to' } });
    expect(campaign.page['en']?.title).toBe('A title: with a colon');
    expect(campaign.consents.map(({ id, required }) => [id, required])).toEqual([
      ['send', true],
      ['hand-over', true],
      ['contact', false],
    ]);
    expect(campaign.consents[0]?.text['ja']).toContain('人権デスクのアドレス');
  });

  test('names every text that is still to be written, and nothing else', () => {
    const found = openingCheck({ campaign: campaignOf(files), files, today: '2020-05-29', isRehearsal: true });
    expect(found.map(({ kind, level, language, text }) => [kind, level, language, text])).toEqual(
      ['ja', 'en'].flatMap((language) =>
        ['letter', 'page', 'petition'].map((text) => ['unwritten', 'must', language, text]),
      ),
    );
    const real = openingCheck({ campaign: campaignOf(sample), files: sample, today: '2020-09-01', isRehearsal: false });
    expect(real.map(({ kind }) => kind)).toEqual([
      'over',
      'sample-mailbox',
      'sample-sender',
      'sample-privacy',
      'sample-privacy',
    ]);
    expect(
      openingCheck({ campaign: campaignOf(sample), files: sample, today: '2020-08-31', isRehearsal: true }),
    ).toEqual([]);
  });

  test('can begin as another one did, with days of its own', () => {
    const copy = campaignOf(
      duplicateFiles(sample, { from: '2021-01-01', to: '2021-02-01', planned: false, words: { en: 'January' } }),
    );
    expect(copy).toMatchObject({ draft: true, period: { from: '2021-01-01', to: '2021-02-01', planned: false } });
    expect(copy.page['en']?.period).toBe('January');
    expect(copy.letter).toEqual(campaignOf(sample).letter);
  });
});

describe('a text as a form', () => {
  const words = fc.stringMatching(/^[a-zA-Z0-9ぁ-ん漢字 :#'"\-&*!?,.[\]]{1,60}$/).map((text) => text.trim());
  test.each(textKinds)('comes back as it was typed: %s', (kind) => {
    const fields = fc.record(Object.fromEntries(textFields[kind].map((field) => [field, words])));
    fc.assert(
      fc.property(fields, (typed) => {
        expect(fieldsOf(kind, textFrom(kind, '', typed))).toEqual(typed);
      }),
    );
  });

  test('leaves a text alone when nothing was changed', () => {
    for (const kind of textKinds) {
      for (const language of ['ja', 'en']) {
        const text = sample.get(`${kind}.${language}.md`) ?? '';
        expect(textFrom(kind, text, fieldsOf(kind, text))).toBe(text);
      }
    }
  });

  test.each<[string, Record<string, string>, string]>([
    ['subject', { subject: 'To {{name}}' }, 'subject'],
    ['subject', { subject: '' }, 'subject'],
    ['footer', { footer: '{{nobody}}' }, 'footer'],
    ['body', { body: 'Dear {{nobody}}' }, 'body'],
  ])('names the field of a mistake in the %s', (_name, changes, field) => {
    const text = sample.get('letter.en.md') ?? '';
    const next = textFrom('letter', text, { ...fieldsOf('letter', text), ...changes });
    const [problem] = problemsOf(new Map(sample).set('letter.en.md', next));
    expect(problem && fieldAt('letter', next, problem)).toBe(field);
  });

  test.each([
    ['short', 'short'],
    ['long', 'long'],
    ['hints.phone', 'hints.phone'],
  ])('names the part of a page: %s', (part, field) => {
    const text = sample.get('page.en.md') ?? '';
    const next = textFrom('page', text, { ...fieldsOf('page', text), [part]: 'With {{nobody}} in it' });
    const [problem] = problemsOf(new Map(sample).set('page.en.md', next));
    expect(problem && fieldAt('page', next, problem)).toBe(field);
  });
});

describe('what changed', () => {
  test('is told in words, in Japanese too, where no space divides them', () => {
    const after = new Map(sample).set(
      'letter.ja.md',
      (sample.get('letter.ja.md') ?? '').replace('閣下から本国政府に', '閣下から貴国政府に'),
    );
    const [file, ...others] = difference(sample, after);
    expect(others).toEqual([]);
    expect(file?.name).toBe('letter.ja.md');
    const changed = file?.hunks.flat().filter(({ kind }) => kind === 'changed') ?? [];
    expect(changed).toHaveLength(1);
    const of = (kind: string): string =>
      (changed[0]?.pieces ?? [])
        .filter((piece) => piece.kind === kind)
        .map(({ text }) => text)
        .join('');
    expect([of('gone'), of('new')]).toEqual(['本国', '貴国']);
    expect(of('same').length).toBeGreaterThan(10);
  });

  test('makes the other languages older, unless it was a slip of the pen', () => {
    const version = { slug: 's', version: 'v', savedBy: 'sam', savedAt: 1, note: '', origin: 'console' as const };
    const all = [...sample.keys()];
    const first = { ...version, seq: 1, changed: all };
    const states = (history: (typeof first)[]) =>
      translations(sample, lastChanges(history)).map(({ language, texts }) => [language, texts.letter]);
    expect(states([first])).toEqual([
      ['ja', 'there'],
      ['en', 'there'],
    ]);
    expect(states([{ ...version, seq: 2, changed: ['letter.ja.md'] }, first])).toEqual([
      ['ja', 'there'],
      ['en', 'older'],
    ]);
    // Whoever opens a campaign has seen that its languages say the same; in a draft they are written in some order.
    const behind = { ...version, seq: 2, changed: ['letter.ja.md'] };
    expect(states([{ ...version, seq: 3, changed: all }, behind, first])).toEqual([
      ['ja', 'there'],
      ['en', 'there'],
    ]);
    const draft = duplicateFiles(sample, { from: '2020-05-29', to: '2020-08-31', planned: true, words: {} });
    expect(translations(draft, lastChanges([behind, first])).map(({ texts }) => texts.letter)).toEqual([
      'there',
      'there',
    ]);
    expect(states([{ ...version, seq: 2, changed: [] }, first])).toEqual([
      ['ja', 'there'],
      ['en', 'there'],
    ]);
  });
});
