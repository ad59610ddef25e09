/** A campaign's own look: taken when it can be read and runs nothing, else refused with a remedy. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { contrast, mixed } from '../../src/campaigns/contrast.ts';
import { CampaignFilesError } from '../../src/campaigns/file-problem.ts';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { themeCss } from '../../src/campaigns/theme.ts';
import { drawing, png, sampleCampaignWith } from '../support/sample-campaign.ts';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

async function load(changes: Record<string, unknown>, files: Record<string, string | Buffer> = {}) {
  const folder = sampleCampaignWith(changes, files);
  made.push(folder);
  const [campaign] = await loadCampaigns(folder);
  if (!campaign) throw new Error('nothing was loaded');
  return campaign;
}

async function complaints(
  changes: Record<string, unknown>,
  files: Record<string, string | Buffer> = {},
): Promise<string> {
  const thrown: unknown = await load(changes, files).catch((error: unknown) => error);
  if (!(thrown instanceof CampaignFilesError)) throw new Error('it was taken');
  return thrown.problems.map(({ problem, remedy }) => `${problem} — ${remedy}`).join('\n');
}

const theme = { colors: { accent: '#05546b', paper: '#f4f8fa' }, logo: 'logo.svg' };

describe('a theme', () => {
  test('replaces variables of the house style, and nothing else', async () => {
    const campaign = await load({ theme }, { 'logo.svg': drawing });
    expect(themeCss(campaign.theme.colors)).toBe(
      `@media screen {\n:root {\n  --seal: #05546b;\n  --seal-deep: #043f50;\n  --seal-pale: #ebf1f3;\n  --paper: #f4f8fa;\n}\n}\n`,
    );
    expect(campaign.pictures.logo).toMatchObject({
      type: 'image/svg+xml',
      name: expect.stringMatching(/^[0-9a-f]{16}\.svg$/),
    });
    expect(themeCss({})).toBe('');
  });

  test('is part of the version: another logo is another campaign version', async () => {
    const [one, other] = [
      await load({ theme }, { 'logo.svg': drawing }),
      await load({ theme }, { 'logo.svg': drawing.replace('r="18"', 'r="17"') }),
    ];
    expect(one.version).not.toBe(other.version);
    expect(one.version).toBe((await load({ theme }, { 'logo.svg': drawing })).version);
  });

  test.each([
    ['a pale accent', { colors: { accent: '#d0705f' } }, 'theme.colors.accent: words could not be read'],
    ['pale words', { colors: { ink: '#8a8a8a' } }, 'theme.colors.ink: words could not be read'],
    ['a dark ground', { colors: { paper: '#b0a890' } }, 'choose a lighter one: 4.5 to 1 is needed'],
    ['a name of a colour', { colors: { accent: 'red' } }, 'write it in quotes, with a # and six hex digits'],
    ['a colour nobody knows', { colors: { edge: '#000000' } }, 'known here: accent, ink, paper'],
    ['a heading without words', { heading: { file: 'heading.png', alt: { ja: '写真' } } }, 'no text for en'],
    ['a file name for a path', { logo: '../logo.svg' }, 'use a name such as logo.svg'],
    ['a picture that is missing', { logo: 'other.png' }, 'this picture is missing — put it beside campaign.yaml'],
  ])('with %s is refused', async (_what, wrong, said) => {
    expect(await complaints({ theme: wrong })).toContain(said);
  });

  test.each([
    ['runs a script', 'logo.svg', drawing.replace('<defs>', '<script>alert(1)</script><defs>'), 'a script or a page'],
    ['runs a script on loading', 'logo.svg', drawing.replace('<svg ', '<svg onload="alert(1)" '), 'holds a script'],
    ['holds a page', 'logo.svg', drawing.replace('<defs>', '<foreignObject/><defs>'), 'a script or a page'],
    ['loads from elsewhere', 'logo.svg', drawing.replace('url(#g)', 'url( "https://x.example/y")'), 'loads something'],
    ['leads elsewhere', 'logo.svg', drawing.replace('<defs>', '<a href="javascript:x"/><defs>'), 'leads elsewhere'],
    ['declares entities', 'logo.svg', `<!DOCTYPE svg [<!ENTITY x "y">]>${drawing}`, 'no picture of the kind'],
    ['is another kind than its name says', 'logo.png', drawing, 'no picture of the kind its name says'],
    ['is a page', 'logo.svg', '<html><svg></svg></html>', 'no picture of the kind its name says'],
    ['is too large', 'logo.png', Buffer.concat([png, Buffer.alloc(200_000)]), 'larger than 100 KB'],
  ])('whose logo %s is refused', async (_what, logo, content, said) => {
    expect(await complaints({ theme: { logo } }, { [logo]: content })).toContain(said);
  });

  test('does not pass over a picture that is shown nowhere', async () => {
    expect(await complaints({ theme: { logo: 'logo.svg' } }, { 'logo.svg': drawing, 'old.png': png })).toBe(
      'this picture is shown nowhere — name it as logo or heading under theme in campaign.yaml, or remove it',
    );
  });
});

describe('protection', () => {
  test('has limits that hold a school or a street stand, unless the campaign says otherwise', async () => {
    expect((await load({})).protection).toEqual({ proofOfWork: 'off', limits: { perNetwork: 120, perAddress: 10 } });
    const own = { proofOfWork: 'normal', limits: { perNetwork: 2_000 } };
    expect((await load({ protection: own })).protection).toEqual({
      proofOfWork: 'normal',
      limits: { perNetwork: 2_000, perAddress: 10 },
    });
  });

  test.each([
    ['a word nobody knows', { proofOfWork: 'yes' }, 'write one of: off, light, normal, heavy'],
    ['a limit of nothing', { limits: { perNetwork: 0 } }, 'protection.limits.perNetwork: too small — use at least 1'],
    ['a misspelt key', { limits: { perIp: 5 } }, 'known here: perNetwork, perAddress'],
  ])('with %s is refused', async (_what, protection, said) => {
    expect(await complaints({ protection })).toContain(said);
  });
});

test('colours are compared as WCAG 2.2 has it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#ffffff', '#ffffff')).toBe(1);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  expect(mixed('#000000', '#ffffff', 0.5)).toBe('#808080');
});
