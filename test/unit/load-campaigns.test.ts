/** Campaign files: what is wrong with them is said at start, all at once, at the right line, with a remedy. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { CampaignFilesError, type FileProblem } from '../../src/campaigns/file-problem.ts';
import { loadCampaign, loadCampaigns } from '../../src/campaigns/load-campaigns.ts';

const scratch = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const yaml = `languages: [ja, en]
organisation:
  name:
    ja: 人権の会
    en: Rights Group
  privacyPolicy:
    ja: https://example.org/ja
    en: https://example.org/en
period:
  from: 2020-05-29
  to: 2020-08-31
  timeZone: Asia/Tokyo
sender:
  address: letters@rights.example
targets:
  - id: ministry
    name:
      ja: 大臣
      en: Minister
    salutation:
      ja: 大臣殿
      en: Dear Minister,
    mailboxes:
      - office@ministry.example
    timeZone: Asia/Tokyo
consents:
  - id: send
    version: '1'
    required: true
    text:
      ja: 送信
      en: send it
  - id: hand-over
    version: '1'
    required: true
    text:
      ja: 提出
      en: hand it over
`;
const page = `---
title: Title
period: 29 May – end of August 2020
hints:
  name: Name
  email: Mail
  phone: Phone
  message: Message
---

Short by {{organisation}}.

<!-- more -->

Long, {{period}}.
`;
const letter = `---
subject: To {{target.name}}
footer: Sent by {{organisation}} for {{name}}.
---

{{target.salutation}}

Please [act](https://example.org/).

{{name}}
`;
const petition = `---
title: Petition
---

{{count}} names, {{date}}.
`;

type Files = Record<string, string | Buffer | undefined>;
const wellFormed: Files = {
  'campaign.yaml': yaml,
  ...Object.fromEntries(
    ['ja', 'en'].flatMap((tag) => [
      [`page.${tag}.md`, page],
      [`letter.${tag}.md`, letter],
      [`petition.${tag}.md`, petition],
    ]),
  ),
};

let folders = 0;

/** A folder of campaigns on disk; each is the well-formed one with some files changed, added or (undefined) left out. */
function campaignsOnDisk(campaigns: Record<string, Files>): string {
  const root = join(scratch, `case-${(folders += 1)}`);
  for (const [slug, files] of Object.entries(campaigns)) {
    mkdirSync(join(root, slug), { recursive: true });
    for (const [name, text] of Object.entries({ ...wellFormed, ...files })) {
      if (text !== undefined) writeFileSync(join(root, slug, name), text);
    }
  }
  return root;
}

/** The well-formed campaign with one text of one file replaced; throws when there was nothing to replace. */
function changed(name: string, from: string, to: string): Files {
  const text = wellFormed[name];
  if (typeof text !== 'string' || !text.includes(from)) throw new Error(`${name} does not hold ${from}`);
  return { [name]: text.replace(from, () => to) };
}

async function problemsOf(loading: Promise<unknown>): Promise<readonly FileProblem[]> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof CampaignFilesError) return error.problems;
    throw error;
  }
  throw new Error('the campaigns were loaded');
}

/** `file:line  problem — remedy` of every problem of one campaign with some files changed. */
async function complaints(files: Files): Promise<string[]> {
  const root = campaignsOnDisk({ one: files });
  const problems = await problemsOf(loadCampaigns(root));
  return problems.map(({ file, line, problem, remedy }) => {
    return `${file.replace(join(root, 'one', '/'), '')}:${line}  ${problem} — ${remedy}`;
  });
}

describe('a well-formed campaign', () => {
  it('is loaded with its texts in every language', async () => {
    const [campaign] = await loadCampaigns(campaignsOnDisk({ one: {} }));
    expect(campaign).toMatchObject({
      slug: 'one',
      languages: ['ja', 'en'],
      sender: { identity: 'reply-to' },
      targets: [{ id: 'ministry', pace: { perHour: 30, hours: { from: 0, to: 24 } } }],
    });
    expect(campaign?.page['en']).toMatchObject({
      title: 'Title',
      short: '<p>Short by Rights Group.</p>',
      long: '<p>Long, 29 May – end of August 2020.</p>',
    });
    expect(campaign?.letter['ja']?.body).toMatch(/^\{\{target\.salutation\}\}[^]*\{\{name\}\}$/);
    expect(campaign?.petition['en']).toEqual({ title: 'Petition', body: '{{count}} names, {{date}}.' });
  });

  it('cannot be changed after loading', async () => {
    const campaign = await loadCampaign(join(campaignsOnDisk({ one: {} }), 'one'));
    expect(() => campaign.languages.push('fr')).toThrow(TypeError);
    expect(() => campaign.targets[0]?.mailboxes.pop()).toThrow(TypeError);
  });

  it('has a version that changes with any word and with nothing else', async () => {
    const load = async (files: Files): Promise<Campaign> => loadCampaign(join(campaignsOnDisk({ one: files }), 'one'));
    const { version } = await load({});
    expect(version).toMatch(/^[0-9a-f]{16}$/);
    expect((await load({})).version).toBe(version);
    expect((await load({ 'README.md': 'notes', '.DS_Store': 'x', 'letter.en.md~': 'old' })).version).toBe(version);
    expect((await load({ 'letter.en.md': letter.replaceAll('\n', '\r\n') })).version).toBe(version);
    expect((await load(changed('letter.en.md', 'Please', 'Kindly'))).version).not.toBe(version);
  });

  it('is found among others in the order of slugs, hidden folders and loose files left alone', async () => {
    const root = campaignsOnDisk({ second: {}, first: {}, '.draft': { 'campaign.yaml': 'nonsense' } });
    writeFileSync(join(root, 'README.md'), 'about these campaigns');
    expect((await loadCampaigns(root)).map(({ slug }) => slug)).toEqual(['first', 'second']);
  });

  it('may take a file from beside it by a link, as mounted volumes do', async () => {
    const root = campaignsOnDisk({ one: { 'letter.en.md': undefined } });
    mkdirSync(join(root, 'one', '..data'));
    writeFileSync(join(root, 'one', '..data', 'letter.en.md'), letter);
    symlinkSync(join('..data', 'letter.en.md'), join(root, 'one', 'letter.en.md'));
    await expect(loadCampaigns(root)).resolves.toHaveLength(1);
  });
});

describe('the sample campaign', () => {
  it('has nothing wrong with it', async () => {
    const campaign = await loadCampaign('campaigns/uyghurs-abroad');
    expect(campaign.languages).toEqual(['ja', 'en']);
    expect(campaign.period).toEqual({ from: '2020-05-29', to: '2020-08-31', planned: true, timeZone: 'Asia/Tokyo' });
    expect(campaign.targets.map(({ pace }) => pace.perHour)).toEqual([30]);
    expect(campaign.consents.map(({ id, required }) => [id, required])).toEqual([
      ['send', true],
      ['hand-over', true],
      ['contact', false],
    ]);
  });

  it('has no gap inside Japanese where lines of its file were joined', async () => {
    const { consents, page } = await loadCampaign('campaigns/uyghurs-abroad');
    for (const text of [...consents.map((consent) => consent.text['ja']), page['ja']?.short, page['ja']?.long]) {
      expect(text).not.toMatch(/[\p{Script=Hiragana}、。] +[\p{Script=Hiragana}\p{Script=Han}]/u);
    }
  });

  it('writes to nobody real', async () => {
    const campaign = await loadCampaign('campaigns/uyghurs-abroad');
    for (const address of [campaign.sender.address, ...campaign.targets.flatMap(({ mailboxes }) => mailboxes)]) {
      expect(address).toMatch(/\.example$/);
    }
  });

  it('is still sound as a copy in another place', async () => {
    const root = join(scratch, 'copy');
    cpSync('campaigns', root, { recursive: true });
    const [copy] = await loadCampaigns(root);
    expect(copy?.version).toBe((await loadCampaign('campaigns/uyghurs-abroad')).version);
  });
});

describe('wrong campaign files', () => {
  it('are all named in one error that is safe to show', async () => {
    const root = campaignsOnDisk({
      one: {
        ...changed('campaign.yaml', '2020-08-31', '2020-02-31'),
        ...changed('letter.en.md', 'subject', 'Subject'),
      },
      two: changed('campaign.yaml', 'office@ministry.example', 'secret-office'),
    });
    const error: unknown = await loadCampaigns(root).catch((thrown: unknown) => thrown);
    if (!(error instanceof CampaignFilesError)) throw new Error('another error', { cause: error });
    expect(error).toMatchObject({ code: 'invalid', name: 'CampaignFilesError' });
    expect(error.message).toBe(
      [
        'The campaign files have 4 problems:',
        `${root}/one/campaign.yaml:11:7  period.to: not in the right form — use a date such as 2020-05-29`,
        `${root}/one/letter.en.md:2:1  subject: missing — add subject: to the file`,
        `${root}/one/letter.en.md:2:1  Subject: not a known key — known here: subject, footer`,
        `${root}/two/campaign.yaml:24:9  targets[0].mailboxes[0]: not in the right form — use a full address such as office@embassy.example`,
      ].join('\n'),
    );
    expect(JSON.stringify(error)).not.toContain('secret-office');
    expect(error.fields).toHaveLength(4);
  });

  it('are shown with paths from the working directory', async () => {
    const [problem] = await problemsOf(loadCampaigns('campaigns/none-here'));
    expect(problem).toMatchObject({ file: 'campaigns/none-here', line: 1, problem: 'this folder cannot be read' });
  });

  const yamlCases: [what: string, from: string, to: string, expected: string | RegExp][] = [
    ['broken YAML', "version: '1'", "version: '1", /^campaign\.yaml:\d+ {2}this is not YAML: .* — \S/],
    [
      'a tab',
      '  name:\n    ja: 人',
      '\tname:\n    ja: 人',
      /^campaign\.yaml:3 {2}this is not YAML: .* — indent with spaces/,
    ],
    [
      'a key twice',
      '  to: 2020-08-31',
      '  from: 2020-08-31',
      'campaign.yaml:11  this key is there twice — keep one of them',
    ],
    ['a missing key', '  to: 2020-08-31\n', '', 'campaign.yaml:9  period.to: missing — add to: under period'],
    [
      'a missing section',
      'sender:\n  address: letters@rights.example\n',
      '',
      'campaign.yaml:1  sender: missing — add sender: to the file',
    ],
    [
      'a misspelt key',
      '  timeZone: Asia/Tokyo\nsender',
      '  timezone: Asia/Tokyo\nsender',
      'campaign.yaml:12  period.timezone: not a known key — known here: from, to, planned, timeZone, closed',
    ],
    [
      'a misspelt key of a target',
      'mailboxes:',
      'mailbox:',
      'campaign.yaml:23  targets[0].mailbox: not a known key — known here: id, name, salutation, mailboxes, timeZone, pace',
    ],
    [
      'a number for a text',
      "version: '1'",
      'version: 1',
      'campaign.yaml:28  consents[0].version: should be a text — put it into quotes',
    ],
    [
      'nothing after a colon',
      'en: send it',
      'en:',
      'campaign.yaml:32  consents[0].text.en: nothing is written here — write a text',
    ],
    [
      'a word for yes',
      'required: true',
      'required: yes',
      'campaign.yaml:29  consents[0].required: should be true or false — write true or false',
    ],
    [
      'an unknown consent',
      'id: send',
      'id: sent',
      'campaign.yaml:27  consents[0].id: not one of the known words — write one of: send, hand-over, contact, news',
    ],
    [
      'an unknown time zone',
      'timeZone: Asia/Tokyo\nsender',
      'timeZone: Asia/Tokio\nsender',
      'campaign.yaml:12  period.timeZone: does not fit — use a name of the IANA time zone database, such as Asia/Tokyo',
    ],
    [
      'a period that ends first',
      'to: 2020-08-31',
      'to: 2020-04-30',
      'campaign.yaml:11  period.to: does not fit — let it be the same day as from, or later',
    ],
    [
      'no mailbox',
      '    mailboxes:\n      - office@ministry.example',
      '    mailboxes: []',
      'campaign.yaml:23  targets[0].mailboxes: empty — add at least one entry',
    ],
    [
      'an impossible pace',
      '    timeZone: Asia/Tokyo\nconsents',
      '    timeZone: Asia/Tokyo\n    pace: { perHour: 0 }\nconsents',
      'campaign.yaml:26  targets[0].pace.perHour: too small — use more than 0',
    ],
    [
      'a script as policy',
      'en: https://example.org/en',
      'en: javascript:alert(1)',
      'campaign.yaml:8  organisation.privacyPolicy.en: not in the right form — use a full address such as https://example.org/privacy',
    ],
    [
      'a line break in a name',
      'en: Rights Group',
      'en: "Rights\\nBcc: x"',
      'campaign.yaml:5  organisation.name.en: not in the right form — write it on one line, without tabs or control characters',
    ],
    [
      'a language without a text',
      '      en: Dear Minister,\n',
      '',
      'campaign.yaml:20  targets[0].salutation: no text for en — add en: below it',
    ],
    [
      'a consent without a language',
      '      en: hand it over\n',
      '',
      'campaign.yaml:36  consents[1].text: no text for en — add en: below it',
    ],
    [
      'a text in a language not listed',
      '      en: Minister',
      '      en: Minister\n      fr: Ministre',
      'campaign.yaml:20  targets[0].name: fr is not a language of this campaign — add fr to languages, or take this line out',
    ],
    [
      'a key that is no language',
      '      en: Minister',
      '      en: Minister\n      english: Minister',
      'campaign.yaml:20  targets[0].name.english: not a language tag — use a tag such as ja, en or zh-Hant',
    ],
    [
      'a language twice',
      '[ja, en]',
      '[ja, en, ja]',
      'campaign.yaml:1  languages[2]: this stands here twice — keep one, or give the other its own',
    ],
    [
      'a consent that is not required',
      "id: hand-over\n    version: '1'\n    required: true",
      "id: hand-over\n    version: '1'\n    required: false",
      'campaign.yaml:35  consents[1].required: hand-over must be required — write required: true: names may be printed only with it',
    ],
    [
      'a variable where none is filled',
      'en: send it',
      'en: send it to {{target}}',
      'campaign.yaml:32  {{target}} is not known here — variables are not filled here: write the words themselves',
    ],
  ];
  for (const [what, from, to, expected] of yamlCases) {
    it(`campaign.yaml: ${what}`, async () => {
      const found = await complaints(changed('campaign.yaml', from, to));
      expect(found).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
    });
  }

  it('campaign.yaml: a consent that is missing', async () => {
    const without = yaml.slice(0, yaml.indexOf('  - id: hand-over'));
    expect(await complaints({ 'campaign.yaml': without })).toEqual([
      'campaign.yaml:26  consents: hand-over is missing — add a consent with id: hand-over and required: true, because names may be printed only with it',
    ]);
  });

  const target = yaml.slice(yaml.indexOf('  - id: ministry'), yaml.indexOf('consents:'));

  it('campaign.yaml: one id for two targets', async () => {
    expect(await complaints({ 'campaign.yaml': yaml.replace('consents:', () => `${target}consents:`) })).toEqual([
      'campaign.yaml:26  targets[1].id: this stands here twice — keep one, or give the other its own',
    ]);
  });

  it('two campaigns that mean different things by one target', async () => {
    const root = campaignsOnDisk({ first: {}, second: changed('campaign.yaml', 'office@', 'other@') });
    const problems = await problemsOf(loadCampaigns(root));
    expect(problems).toEqual([
      {
        file: `${root}/second/campaign.yaml`,
        line: 16,
        column: 9,
        problem: 'targets[0]: another campaign defines this target differently',
        remedy: `make it the same as ${root}/first/campaign.yaml:16, or give it another id`,
      },
    ]);
  });

  it('two campaigns that call one target by different names', async () => {
    const root = campaignsOnDisk({ first: {}, second: changed('campaign.yaml', 'en: Minister', 'en: The Minister') });
    const problems = await problemsOf(loadCampaigns(root));
    expect(problems.map(({ problem }) => problem)).toEqual([
      'targets[0]: another campaign defines this target differently',
    ]);
  });

  it('two campaigns in different languages may share a target', async () => {
    const english = yaml.replace('[ja, en]', '[en]').replaceAll(/^ +ja: .*\n/gm, '');
    const root = campaignsOnDisk({
      first: {},
      second: {
        'campaign.yaml': english,
        'page.ja.md': undefined,
        'letter.ja.md': undefined,
        'petition.ja.md': undefined,
      },
    });
    await expect(loadCampaigns(root)).resolves.toHaveLength(2);
  });

  const textCases: [what: string, file: string, from: string, to: string, expected: string | RegExp][] = [
    [
      'no head',
      'letter.en.md',
      '---\n',
      '',
      'letter.en.md:1  the head is missing — begin the file with --- on a line of its own, keys, and --- again',
    ],
    [
      'a head left open',
      'petition.en.md',
      'title: Petition\n---',
      'title: Petition',
      'petition.en.md:1  the head is missing — begin the file with --- on a line of its own, keys, and --- again',
    ],
    [
      'a key that is missing',
      'page.ja.md',
      '  phone: Phone\n',
      '',
      'page.ja.md:4  hints.phone: missing — add phone: under hints',
    ],
    [
      'a key that is unknown',
      'letter.en.md',
      'footer:',
      'foot:',
      'letter.en.md:3  foot: not a known key — known here: subject, footer',
    ],
    [
      'a colon in a title',
      'page.en.md',
      'title: Title',
      'title: One: two',
      /^page\.en\.md:2 {2}this is not YAML: .* — put texts with : /,
    ],
    [
      'a key twice in a head',
      'petition.en.md',
      'title: Petition',
      'title: Petition\ntitle: Again',
      'petition.en.md:3  this key is there twice — keep one of them',
    ],
    [
      'an unknown variable',
      'letter.en.md',
      'Please',
      'Please, {{taget.name}},',
      'letter.en.md:8  {{taget.name}} is not known here — known here: {{name}}, {{target.name}}, {{target.salutation}}, {{organisation}}',
    ],
    [
      'a variable of another text',
      'petition.en.md',
      '{{date}}',
      '{{name}}',
      'petition.en.md:5  {{name}} is not known here — known here: {{count}}, {{period}}, {{target}}, {{salutation}}, {{organisation}}, {{date}}, {{why}}',
    ],
    [
      'a signer in the subject',
      'letter.en.md',
      'To {{target.name}}',
      'From {{name}}',
      'letter.en.md:2  {{name}} is not known here — known here: {{target.name}}, {{target.salutation}}, {{organisation}}',
    ],
    [
      'a variable in a title',
      'page.en.md',
      'title: Title',
      'title: By {{organisation}}',
      'page.en.md:2  {{organisation}} is not known here — variables are not filled here: write the words themselves',
    ],
    [
      'braces left open',
      'letter.en.md',
      'Please',
      'Please {{name',
      'letter.en.md:8  {{ is left open — known here: {{name}}, {{target.name}}, {{target.salutation}}, {{organisation}}',
    ],
    [
      'braces that close nothing',
      'page.en.md',
      'Short by',
      'Short }} by',
      'page.en.md:11  }} closes nothing — known here: {{organisation}}, {{period}}',
    ],
    [
      'no cut between short and long',
      'page.en.md',
      '<!-- more -->',
      '',
      'page.en.md:10  <!-- more --> is missing — write it once, on a line of its own, where the short version ends',
    ],
    [
      'two cuts',
      'page.en.md',
      'Long',
      'a\n\n<!-- more -->\n\nLong',
      'page.en.md:17  <!-- more --> is there 2 times — write it once, on a line of its own, where the short version ends',
    ],
    [
      'no long version',
      'page.en.md',
      'Long, {{period}}.',
      '',
      'page.en.md:13  there is no long version — tell the case short above <!-- more --> and long below',
    ],
    [
      'no text at all',
      'letter.en.md',
      letter.slice(letter.indexOf('{{target.salutation}}')),
      '',
      'letter.en.md:5  the text is missing — write it below the head',
    ],
    [
      'a link that runs a script',
      'page.en.md',
      'Long',
      'Long\n\n- a\n- b [x](javascript:alert(1))',
      'page.en.md:18  this link leads neither to the web nor to a mailbox — use a full address: https://… or mailto:…',
    ],
    [
      'a link without a host',
      'letter.en.md',
      'https://example.org/',
      '/more',
      'letter.en.md:8  this link leads neither to the web nor to a mailbox — use a full address: https://… or mailto:…',
    ],
    [
      'a name in a link',
      'letter.en.md',
      'https://example.org/',
      'https://example.org/?who={{name}}',
      'letter.en.md:8  a variable stands in the address of a link — write the address out: it must be the same for everybody',
    ],
    [
      'a picture',
      'letter.en.md',
      '[act]',
      '![act]',
      'letter.en.md:8  pictures are not shown: they tell others who reads — take it out, or make it a link',
    ],
    [
      'a comment',
      'letter.en.md',
      'Please',
      '<!-- check with Aiko -->\n\nPlease',
      'letter.en.md:8  a comment would be shown to everybody — take it out; a README.md beside this file may hold notes',
    ],
    [
      'a list on paper',
      'petition.en.md',
      '{{count}}',
      'Dear\n\n- {{count}}',
      'petition.en.md:7  only paragraphs can be printed — write plain paragraphs with an empty line between them',
    ],
  ];
  for (const [what, file, from, to, expected] of textCases) {
    it(`${file}: ${what}`, async () => {
      const found = await complaints(changed(file, from, to));
      expect(found).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
    });
  }

  it('a text that is missing', async () => {
    expect(await complaints({ 'letter.en.md': undefined, 'page.ja.md': undefined })).toEqual([
      'letter.en.md:1  this file is missing — write it, or take en out of languages in campaign.yaml',
      'page.ja.md:1  this file is missing — write it, or take ja out of languages in campaign.yaml',
    ]);
  });

  it('a text in a language not listed', async () => {
    expect(await complaints({ 'letter.fr.md': letter })).toEqual([
      'letter.fr.md:1  fr is not a language of this campaign — add fr to languages in campaign.yaml, or remove the file',
    ]);
  });

  it('a misspelt file name, beside a README that may stay', async () => {
    expect(await complaints({ 'leter.en.md': letter, 'README.md': 'notes' })).toEqual([
      'leter.en.md:1  this is not a file of a campaign — rename or remove it; known are campaign.yaml, page.<language>.md, letter.<language>.md, petition.<language>.md, notice-thanks.<language>.md, petition.typ, petition.<target>.typ and pictures such as logo.svg',
    ]);
  });

  it('a layout for a target it does not have', async () => {
    expect(await complaints({ 'petition.typ': '', 'petition.nobody.typ': '' })).toEqual([
      'petition.nobody.typ:1  this campaign has no target nobody — name it petition.<id of a target>.typ, or petition.typ for all of them',
    ]);
  });

  it('no campaign.yaml', async () => {
    expect(await complaints({ 'campaign.yaml': undefined })).toEqual([
      'campaign.yaml:1  this file is missing — write it, for a start as a copy of campaigns/uyghurs-abroad/campaign.yaml',
    ]);
  });

  it('a file that is too large, and nothing else about it', async () => {
    expect(await complaints({ 'page.en.md': page + 'x'.repeat(200_000) })).toEqual([
      'page.en.md:1  larger than 200 KB — shorten it; pictures do not belong into it',
    ]);
  });

  it('a file that is not UTF-8', async () => {
    expect(await complaints({ 'page.en.md': Buffer.from([0x82, 0xb1, 0x82, 0xf1]) })).toEqual([
      'page.en.md:1  this is not UTF-8 — save it as UTF-8 in your editor',
    ]);
  });

  it('too many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_one, index) => [`page.x${index}.md`, page]));
    const root = campaignsOnDisk({ one: many });
    const [problem] = await problemsOf(loadCampaigns(root));
    expect(problem).toMatchObject({ file: join(root, 'one'), problem: 'more than 300 files' });
  });

  it('a link that leads out of the folder', async () => {
    const outside = join(scratch, 'outside.md');
    writeFileSync(outside, letter);
    const root = campaignsOnDisk({ one: { 'letter.en.md': undefined } });
    symlinkSync(outside, join(root, 'one', 'letter.en.md'));
    symlinkSync(join(scratch, 'copy'), join(root, 'two'));
    const expected = [
      { file: join(root, 'one', 'letter.en.md'), problem: 'this leads out of the folder of campaigns' },
      { file: join(root, 'two'), remedy: 'put the files themselves here' },
    ];
    expect(await problemsOf(loadCampaigns(root))).toMatchObject(expected);
  });

  it('a folder whose name cannot stand in an address', async () => {
    const root = campaignsOnDisk({ 'My Campaign': {} });
    const problems = await problemsOf(loadCampaigns(root));
    expect(problems).toMatchObject([
      { file: join(root, 'My Campaign'), remedy: 'use lower-case letters, digits and single hyphens' },
    ]);
  });
});

describe('Markdown on a page', () => {
  const shortOf = async (markdown: string): Promise<string | undefined> => {
    const files = changed('page.en.md', 'Short by {{organisation}}.', markdown);
    return (await loadCampaign(join(campaignsOnDisk({ one: files }), 'one'))).page['en']?.short;
  };

  it('shows raw HTML as text', async () => {
    const hostile = await shortOf(
      '<script>alert(1)</script>\n\nHi <img src=x onerror=alert(1)> <b>you</b> <pre>a<i></pre>',
    );
    expect(hostile).not.toMatch(/<(?!\/?p>)/);
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(hostile).toContain('&lt;b&gt;you&lt;/b&gt;');
    expect(await shortOf('Hi <script>1 < 2</script>')).toBe('<p>Hi &lt;script&gt;1 &lt; 2&lt;/script&gt;</p>');
  });

  it('escapes what is inside code, and keeps entities as the character they mean', async () => {
    expect(await shortOf('`<b>` A &amp; B &lt;c&gt;')).toBe('<p><code>&lt;b&gt;</code> A &amp; B &lt;c&gt;</p>');
  });

  it('keeps links to the web and to mailboxes', async () => {
    expect(await shortOf('[a](https://example.org/?a=1&b=2 "t") <me@example.org>')).toBe(
      '<p><a href="https://example.org/?a=1&amp;b=2">a</a> <a href="mailto:me@example.org">me@example.org</a></p>',
    );
  });

  it('lets a link definition at the end serve the short version', async () => {
    const files = changed('page.en.md', 'Short by {{organisation}}.', '[here][1]');
    const text = `${String(files['page.en.md'])}\n[1]: https://example.org/\n`;
    const root = campaignsOnDisk({ one: { 'page.en.md': text } });
    const campaign = await loadCampaign(join(root, 'one'));
    expect(campaign.page['en']?.short).toBe('<p><a href="https://example.org/">here</a></p>');
  });

  it('joins lines inside Japanese without a gap, and lines of other scripts with one', async () => {
    expect(await shortOf('人権を\n守る。')).toBe('<p>人権を守る。</p>');
    expect(await shortOf('one\ntwo')).toBe('<p>one\ntwo</p>');
  });

  it('puts values into a text as words, not as markup', async () => {
    const files = {
      ...changed('campaign.yaml', 'en: Rights Group', 'en: "A*B* <i>&"'),
      ...changed('page.en.md', 'Short by', '**Short** by'),
    };
    const campaign = await loadCampaign(join(campaignsOnDisk({ one: files }), 'one'));
    expect(campaign.page['en']?.short).toBe('<p><strong>Short</strong> by A*B* &lt;i&gt;&amp;.</p>');
  });
});
