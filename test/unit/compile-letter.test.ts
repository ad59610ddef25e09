/** A letter compiled once per target and language. */
import { describe, expect, it } from 'vitest';
import type { Campaign, Target } from '../../src/campaigns/campaign.ts';
import { loadCampaign } from '../../src/campaigns/load-campaigns.ts';
import { compileLetter, type CompiledLetter, type Slotted } from '../../src/letters/compile-letter.ts';
import { mergeLetter } from '../../src/letters/merge-letter.ts';

const sample = await loadCampaign('campaigns/uyghurs-abroad');

/** The sample campaign with another letter in English (or in `language`), compiled for its first target. */
async function compiled(
  body: string,
  {
    language = 'en',
    organisation = 'Rights Group',
    salutation = 'Dear Minister,',
    subject = 'Please act',
    footer = 'Sent by {{organisation}} for {{name}}.',
  } = {},
): Promise<CompiledLetter> {
  const campaign: Campaign = structuredClone(sample);
  const target = targetOf(campaign);
  campaign.organisation.name[language] = organisation;
  target.name[language] = 'Minister';
  target.salutation[language] = salutation;
  campaign.letter[language] = { subject, footer, body };
  return compileLetter(campaign, target, language);
}

function targetOf(campaign: Campaign): Target {
  const [target] = campaign.targets;
  if (target === undefined) throw new Error('the campaign has no target');
  return target;
}

const slotsOf = ({ parts }: Slotted): string[] => parts.filter((_part, index) => index % 2 === 1);
const literalOf = ({ parts }: Slotted): string => parts.filter((_part, index) => index % 2 === 0).join('');

describe('the sample letter', () => {
  it.each(['ja', 'en'])('is complete, small and without anything to fetch (%s)', async (language) => {
    const letter = await compileLetter(sample, targetOf(sample), language);
    expect(letter).toMatchObject({ language, direction: 'ltr', subject: sample.letter[language]?.subject });
    for (const version of [letter.html, letter.htmlWithMessage]) {
      const html = literalOf(version);
      expect(Buffer.byteLength(html)).toBeLessThan(12_000);
      expect(html).toContain(`<html lang="${language}" dir="ltr"`);
      expect(html).toContain(`<body lang="${language}" dir="ltr"`);
      expect(html).not.toMatch(/<(img|link|script|iframe|form|button)\b|@import|url\(|src=/i);
      expect(html).not.toMatch(/\{\{/);
    }
  });

  it('goes into the database and comes back the same', async () => {
    const letter = await compileLetter(sample, targetOf(sample), 'ja');
    expect(JSON.parse(JSON.stringify(letter))).toEqual(letter);
  });

  it('is the same bytes every time it is compiled', async () => {
    const [once, again] = [
      await compileLetter(sample, targetOf(sample), 'en'),
      await compileLetter(sample, targetOf(sample), 'en'),
    ];
    expect(again).toEqual(once);
  });
});

describe('the order of a letter', () => {
  it('is salutation, own words, the text, the name, the foot', async () => {
    const letter = await compiled('{{target.salutation}}\n\nPlease act.\n\nYours,\n\n{{name}}');
    const { text, html } = mergeLetter(letter, { name: 'Aiko', message: 'I care.' });
    expect(text).toBe(
      'Dear Minister,\n\nI care.\n\n* * *\n\nPlease act.\n\nYours,\n\nAiko\n\n-- \nSent by Rights Group for Aiko.\n',
    );
    const order = ['Dear Minister,', 'I care.', 'Please act.', 'Yours,', 'Aiko</bdi></p>', 'Sent by Rights Group'];
    const places = order.map((words) => html.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('has no place for own words that are not there', async () => {
    const letter = await compiled('Please act.');
    expect(slotsOf(letter.html)).not.toContain('message');
    expect(slotsOf(letter.text)).not.toContain('message');
    expect(literalOf(letter.text)).not.toContain('* * *');
    expect(literalOf(letter.html)).not.toContain('dir="auto"');
    expect(slotsOf(letter.htmlWithMessage).filter((slot) => slot === 'message')).toHaveLength(1);
  });

  it('addresses and signs a letter that does not do so itself', async () => {
    const { text } = mergeLetter(await compiled('Please act.'), { name: 'Aiko', message: undefined });
    expect(text).toBe('Dear Minister,\n\nPlease act.\n\nAiko\n\n-- \nSent by Rights Group for Aiko.\n');
  });

  it('leaves a letter alone that addresses and signs in its own way', async () => {
    const body = '{{target.salutation}} and dear all,\n\nPlease act.\n\nYours, {{ name }}';
    const { text } = mergeLetter(await compiled(body), { name: 'Aiko', message: undefined });
    expect(text).toMatch(/^Dear Minister, and dear all,\n\nPlease act\.\n\nYours, Aiko\n\n-- \n/);
  });
});

describe('the text part', () => {
  it('says in plain words what the Markdown means', async () => {
    const body = [
      '## Why',
      'Read *this*, [the report](https://example.org/r?a=1&b=2) at https://example.org/ or <me@example.org>.  \nNow &amp; then \\*.',
      '- one\n- two\n  continued\n  1. first\n  2. second',
      '> said\n> she',
      '| a | b |\n|---|---|\n| c | d |',
      '---',
      '人権を\n守る',
      'raw <b>tag</b>',
    ].join('\n\n');
    expect(literalOf((await compiled(body)).text)).toContain(
      [
        'Why',
        'Read this, the report (https://example.org/r?a=1&b=2) at https://example.org/ or me@example.org.\nNow & then *.',
        '- one\n- two continued\n  1. first\n  2. second',
        '> said she',
        'a | b\nc | d',
        '* * *',
        '人権を守る',
        'raw <b>tag</b>',
      ].join('\n\n'),
    );
  });
});

describe('languages', () => {
  it.each(['ar', 'he', 'ug', 'fa-IR'])('writes %s from right to left', async (language) => {
    const letter = await compiled('Please act.', { language });
    expect(letter.direction).toBe('rtl');
    const html = literalOf(letter.htmlWithMessage);
    expect(html).toContain(`<html lang="${language}" dir="rtl"`);
    expect(html).toContain(`<body lang="${language}" dir="rtl"`);
    expect(html).not.toMatch(/direction:\s*ltr/);
    for (const [style] of html.matchAll(/style="font-family[^"]*"/g)) expect(style).toContain('text-align:right');
  });

  it('takes the shapes of Chinese and Japanese characters from the language', async () => {
    const fonts = async (language: string): Promise<string> => literalOf((await compiled('字', { language })).html);
    expect(await fonts('ja')).toContain('Hiragino Sans');
    expect(await fonts('zh-Hant')).toContain('PingFang TC');
    expect(await fonts('zh')).toContain('PingFang SC');
  });

  it('lets a name or a message run its own way', async () => {
    const { html } = mergeLetter(await compiled('Please act.'), { name: 'عائشة', message: 'شكرا' });
    expect(html).toContain('<bdi>عائشة</bdi>');
    expect(html).toContain('<div dir="auto">شكرا</div>');
  });
});

describe('values of the campaign', () => {
  it('are words, not markup', async () => {
    const hostile = {
      organisation: '<b>R&D</b> "*x*"',
      salutation: 'Dear <i>_M_</i>,',
      subject: 'For {{organisation}}',
      footer: '<b>{{name}}',
    };
    const letter = await compiled('By {{organisation}}.', hostile);
    expect(letter.subject).toBe('For <b>R&D</b> "*x*"');
    const html = literalOf(letter.html);
    expect(html).toContain('Dear &lt;i&gt;_M_&lt;/i&gt;,');
    expect(html).toContain('By &lt;b&gt;R&amp;D&lt;/b&gt; &quot;*x*&quot;.');
    expect(html).not.toMatch(/<b>|<i>/);
    expect(literalOf(letter.text)).toContain('By <b>R&D</b> "*x*".');
  });

  it.each([
    ['an unknown variable', () => compiled('Dear {{nobody}}')],
    ['a message in the text of the campaign', () => compiled('Dear {{message}}')],
    ['braces left open', () => compiled('Dear {{name')],
    ['a signer in the subject', () => compiled('x', { subject: 'From {{name}}' })],
    ['a value with braces', () => compiled('x', { organisation: 'A {{name}} B' })],
    ['a value with half of them', () => compiled('x', { salutation: 'Dear {{' })],
    ['a language without a letter', () => compileLetter(sample, targetOf(sample), 'fr')],
  ])('stop at %s', async (_what, compiling) => {
    await expect(compiling()).rejects.toThrow(/nothing fills|the same for every signer|has no letter in fr/);
  });
});
