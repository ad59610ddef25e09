import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildManifest } from '../../src/petitions/manifest.ts';
import { namesDigest } from '../../src/petitions/names-digest.ts';
import type { PetitionName, PetitionSheet } from '../../src/petitions/petition-sheet.ts';
import { layoutSha256, typesetVolume, type TypesetVolume } from '../../src/petitions/typeset-volume.ts';
import { waitFor } from '../support/wait-for.ts';

const hasPoppler = spawnSync('pdftotext', ['-v']).error === undefined;
const whyNot = hasPoppler ? '' : ' (skipped: install the Debian package poppler-utils)';

const namesByLanguage: Record<string, string[]> = {
  ja: ['人権 守', '渡邊 美咲', '𠮷田 さくら', '髙橋 凜', '山﨑 マリア', '濵田 琉那', '勅使河原 陽菜', '齋藤 健'],
  en: ['Mamoru Jinken', 'Zoë Müller', 'José Ñúñez', 'Łukasz Żółć', 'Anne-Marie O’Neill', 'Ngũgĩ wa Thiong’o'],
  ug: ['ئەركىن تۇردى', 'مەھمۇت قەشقەرىي', 'رىزۋانگۈل', 'گۈلنار ئوبۇل'],
  ar: ['محمد عبد الله', 'فاطمة الزهراء', 'خديجة'],
  he: ['שרה כהן', 'יעקב לוי'],
  th: ['สมชาย ใจดี', 'ปริญญา ก้องเกียรติ์'],
  hi: ['अमिताभ बच्चन', 'लक्ष्मी'],
  zh: ['张伟', '刘钰婕'],
  ko: ['김민수', '박서연'],
  ru: ['Александр Солженицын', 'Їжакевич Ґалина'],
  el: ['Γιώργος Σεφέρης'],
  vi: ['Đặng Thị Hồng Nhung', 'Trần Thị Mỹ Duyên'],
  und: ['Emoji 🌸 Sakura', 'محمد Smith (Cairo)', '田中 محمد', '*bold* #set $x$ @ref \\ //c', '=SUM(A1)'],
};

const oddities = [
  '\u202eevil',
  'tab\tname',
  '\ue000private',
  '\ud800lone',
  '   ',
  'W'.repeat(150),
  '長'.repeat(90),
  'قسطنطينية'.repeat(12),
  'Pablo Diego José Francisco de Paula Juan Nepomuceno María de los Remedios Cipriano Picasso',
  `Z${'\u0335\u0301\u0308\u0359\u033a'.repeat(6)}algo`,
];

function numbered(names: [name: string, language: string][]): PetitionName[] {
  return names.map(([name, language], index) => ({ number: index + 1, name, language }));
}

const plain = Object.entries(namesByLanguage).flatMap(([language, names]) =>
  names.map((name): [string, string] => [name, language]),
);
/** 4 × 41 names, then the oddities. */
const names = numbered([
  ...[1, 2, 3, 4].flatMap(() => plain),
  ...oddities.map((name): [string, string] => [name, 'ja']),
]);

const labels = {
  petition: 'Petition',
  names: 'Names',
  page: 'Page',
  volume: 'Volume',
  date: 'Date',
  digest: 'Digest',
  period: 'Period',
  of: 'of',
  receivedBy: 'Received by',
  receivedDate: 'Date received',
  stamp: 'Stamp',
  campaigns: 'Campaigns',
  code: 'Number and digest',
  receiptTitle: 'Receipt',
};

const sheet: PetitionSheet = {
  number: '2026-0001',
  covers: [
    {
      language: 'en',
      direction: 'ltr',
      title: 'Stop the intimidation of people living abroad',
      salutation: 'Your Excellency,',
      paragraphs: ['We write out of concern.', 'We ask you to pass on these voices.'],
      organisation: 'The Sample Organisation',
      period: '2026-05-29 – 2026-08-31',
      received: 'Received.',
      campaigns: [],
      labels,
    },
    {
      language: 'ug',
      direction: 'rtl',
      title: 'تەھدىت سېلىشنى توختىتىڭ',
      salutation: 'ھۆرمەتلىك باش ئەلچى،',
      paragraphs: ['بىز ئەنسىرەيمىز.'],
      organisation: 'تودوكې',
      period: '2026-05-29 – 2026-08-31',
      received: 'Received.',
      campaigns: [],
      labels: { ...labels, receivedBy: 'تاپشۇرۇۋالغۇچى' },
    },
  ],
  target: 'The Ambassador',
  count: names.length,
  volumes: 1,
  date: '2026-11-22',
  digest: namesDigest(names.map(({ name }) => name)),
  paper: 'a4',
};

const folder = mkdtempSync(join(tmpdir(), 'todoke-typeset-'));
afterAll(() => rmSync(folder, { recursive: true }));

let volume: TypesetVolume;
beforeAll(async () => {
  volume = await typesetVolume(sheet, { volume: 1, names });
  writeFileSync(join(folder, 'volume.pdf'), volume.pdf);
});

/** Letters, digits and marks: extraction may give other spaces, line ends and direction marks than were put in. */
const letters = (text: string): string => text.normalize('NFKC').replace(/[^\p{L}\p{N}\p{M}]/gu, '');
const inOrderOfWriting =
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hira}\p{Script=Kana}\p{Script=Cyrl}\p{Script=Hang}]+$/u;
const textOfPage = (page: number): string =>
  // In the order of the file: else poppler reads across the columns.
  execFileSync('pdftotext', ['-raw', '-f', `${page}`, '-l', `${page}`, join(folder, 'volume.pdf'), '-'], {
    encoding: 'utf8',
  });
/** What stands beside each number on a page of names. */
const entriesOn = (page: number): { number: number; text: string }[] => {
  const [, ...parts] = textOfPage(page).split(/^(\d+) /m);
  return parts.flatMap((part, index) =>
    index % 2 === 0 ? [{ number: Number(part), text: letters(parts[index + 1] ?? '') }] : [],
  );
};

describe('a volume of names in many scripts', () => {
  test('tells on which page each name stands, from the first to the last', () => {
    expect(volume.pageRanges[0]).toMatchObject({ page: 3, from: 1 });
    expect(volume.pageRanges.at(-1)).toMatchObject({ page: volume.pages - 1, to: names.length });
    for (const [index, range] of volume.pageRanges.entries()) {
      const next = volume.pageRanges[index + 1];
      if (next) expect(next).toMatchObject({ page: range.page + 1, from: range.to + 1 });
    }
  });

  test('reports every name that is not printed as it was written, by code point', () => {
    const first = names.length - oddities.length + 1;
    expect(volume.substituted.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 9].map((n) => first + n));
    expect(volume.substituted[0]?.codePoints).toEqual(['U+202E']);
    expect(volume.substituted[4]?.codePoints).toEqual(['U+0020', 'U+0020', 'U+0020']);
  });

  test('says with which engine and fonts it was made', () => {
    expect(volume.engine).toMatch(/^typst \d+\.\d+\.\d+ \(@myriaddreamin\/typst-ts-node-compiler /);
    expect(volume.fonts.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['NotoSans-Regular.ttf', 'IBMPlexSansArabic_400Regular.ttf', 'NotoSansJP-Regular.otf']),
    );
    for (const { sha256 } of volume.fonts) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('has the same bytes when it is made again', async () => {
    const again = await typesetVolume(sheet, { volume: 1, names });
    expect(again.pdf.equals(volume.pdf)).toBe(true);
  });

  test('fits a manifest without a single name', async () => {
    const { pdf, ...typeset } = volume;
    const pdfSha256 = createHash('sha256').update(pdf).digest('hex');
    const manifest = buildManifest({
      sheet,
      campaigns: [{ slug: 'abroad', version: '0123456789abcdef' }],
      sealedAt: Date.UTC(2026, 10, 22),
      volumes: [{ volume: 1, file: 'volume-1.pdf', pdfSha256, typeset }],
      csv: { file: 'names.csv', sha256: pdfSha256 },
      templateSha256: await layoutSha256(sheet),
    });
    expect(manifest).toMatchObject({
      petition: '2026-0001',
      sealedAt: '2026-11-22T00:00:00.000Z',
      volumes: [{ volume: 1, from: 1, to: names.length, pages: volume.pages }],
    });
    expect(JSON.stringify(manifest)).not.toMatch(/守|Jinken|ئەركىن/);
  });
});

describe.skipIf(!hasPoppler)(`the PDF as a reader opens it${whyNot}`, () => {
  test('has a title that says the number and nothing else, and the date of the sheet', () => {
    const info = execFileSync('pdfinfo', ['-isodates', join(folder, 'volume.pdf')], { encoding: 'utf8' });
    expect(info).toMatch(/^Title: +Petition 2026-0001$/m);
    expect(info).toMatch(/^CreationDate: +2026-11-22T00:00:00/m);
    expect(info).toMatch(new RegExp(`^Pages: +${volume.pages}$`, 'm'));
    expect(info).toMatch(/^Page size: .*A4/m);
    expect(info).not.toMatch(/^(Author|Subject|Keywords):/m);
  });

  test('opens with a cover letter in each language and ends with the receipt', () => {
    expect(textOfPage(1)).toContain('Stop the intimidation of people living abroad');
    expect(textOfPage(1)).toContain('Your Excellency,');
    expect(letters(textOfPage(2))).toContain(letters('تەھدىت'));
    expect(textOfPage(volume.pages)).toContain('Received by');
    expect(letters(textOfPage(volume.pages))).toContain(letters('تاپشۇرۇۋالغۇچى'));
  });

  test('has on every page exactly the numbers its range says, in order', () => {
    for (const { page, from, to } of volume.pageRanges) {
      const numbers = entriesOn(page).map(({ number }) => number);
      expect(numbers).toEqual(Array.from({ length: to - from + 1 }, (_, index) => from + index));
    }
  });

  test('has every name beside its number', () => {
    const entries = volume.pageRanges.flatMap(({ page }) => entriesOn(page));
    for (const { number, name } of names.slice(0, -oddities.length)) {
      const [wanted, found] = [letters(name), entries[number - 1]?.text ?? ''];
      // The last entry of a page runs into the foot. Poppler turns words and marks of some scripts around.
      if (inOrderOfWriting.test(wanted)) expect(found.startsWith(wanted), `${number} ${name}: ${found}`).toBe(true);
      else expect(Array.from(found), `${number} ${name}: ${found}`).toEqual(expect.arrayContaining(Array.from(wanted)));
    }
  });

  test('cuts nothing of a name that is too long for its column', () => {
    const text = volume.pageRanges.flatMap(({ page }) => entriesOn(page).map((entry) => entry.text)).join(' ');
    expect(text).toContain('W'.repeat(150));
    expect(text).toContain('長'.repeat(90));
    expect(text).toContain(letters('Nepomuceno María de los Remedios Cipriano Picasso'));
  });

  test('has only our fonts, all of them embedded', () => {
    const fonts = execFileSync('pdffonts', [join(folder, 'volume.pdf')], { encoding: 'utf8' })
      .split('\n')
      .slice(2, -1);
    expect(fonts.length).toBeGreaterThan(8);
    for (const font of fonts)
      expect(font).toMatch(/^[A-Z]{6}\+(NotoSans|NotoEmoji|IBMPlexSansArabic|NanumGothic).* yes yes yes /);
  });

  test('can be made for US Letter', async () => {
    const { pdf } = await typesetVolume({ ...sheet, paper: 'us-letter' }, { volume: 1, names: names.slice(0, 5) });
    writeFileSync(join(folder, 'letter.pdf'), pdf);
    const info = execFileSync('pdfinfo', [join(folder, 'letter.pdf')], { encoding: 'utf8' });
    expect(info).toMatch(/^Page size: .*letter/m);
  });
});

describe('a volume that cannot be made', () => {
  const some = { volume: 7, names: names.slice(0, 3) };
  const children = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length;

  test('says so when time runs out, after one more try', async () => {
    await expect(typesetVolume(sheet, some, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Typesetting volume 7 of petition 2026-0001 failed twice: it took longer than 0.001 seconds.',
    });
  });

  test('ends at once when it is stopped, blames no name, and leaves no child behind', async () => {
    const stopping = new AbortController();
    const working = typesetVolume(sheet, some, { signal: stopping.signal });
    await waitFor(children, (seen) => seen > 0, 'a child at work');
    const reason = new Error('closing');
    stopping.abort(reason);
    await expect(working).rejects.toBe(reason);
    await waitFor(children, (seen) => seen === 0, 'an end of the child');
    await expect(typesetVolume(sheet, some, { signal: stopping.signal })).rejects.toBe(reason);
  });

  test.skipIf(process.platform !== 'linux')('says so when it takes too much memory (watched on Linux)', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ number: index + 1, name: '人権 守', language: 'ja' }));
    await expect(typesetVolume(sheet, { volume: 1, names: many }, { memoryMb: 60 })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('more than 60 MB of memory'),
    });
  });

  const layout = (poison: string) => ({
    file: 'petition.typ',
    text: `#let sheet = json("/sheet.json")
#set text(font: sheet.stacks.values().first(), fallback: false)
#for name in sheet.names [
  #if name.text == "${poison}" { panic(name.text) } #metadata(name.number) <name> #name.number
]
#context [#metadata(query(<name>).map(mark => (page: 1, from: mark.value, to: mark.value))) <pages>]`,
  });
  const some12 = Array.from({ length: 12 }, (_, index) => ({
    number: 201 + index,
    name: index === 8 ? 'Sam Sample' : 'Zoë Muster',
    language: 'en',
  }));

  test('says by its number which name is to blame, and not the name', async () => {
    const failing = typesetVolume({ ...sheet, layout: layout('Sam Sample') }, { volume: 3, names: some12 });
    await expect(failing).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(
        /^Typesetting volume 3 of petition 2026-0001 was refused: (?!.*Sample).* \(petition\.typ:4:\d+\)\. The cause is name 209: withhold it, and tell us of it\.$/,
      ),
    });
  });

  test('says where in a layout of its own the mistake is', async () => {
    const broken = { file: 'petition.the-ambassador.typ', text: 'text\n#let x = 3\n#nothing' };
    await expect(typesetVolume({ ...sheet, layout: broken }, some)).rejects.toMatchObject({
      code: 'internal',
      message:
        'Typesetting volume 7 of petition 2026-0001 was refused: unknown variable: nothing (petition.the-ambassador.typ:3:2).',
    });
  });

  test.each([
    ['a file of this machine', '#read("/etc/hostname")'],
    ['a file above its folder', '#read("../../etc/hostname")'],
    ['a package from elsewhere', '#import "@preview/example:0.1.0"'],
  ])('is refused when its layout asks for %s', async (_, text) => {
    const asking = { file: 'petition.typ', text };
    await expect(typesetVolume({ ...sheet, layout: asking }, some)).rejects.toMatchObject({ code: 'internal' });
  });

  test.each([
    ['no names', []],
    ['a gap in its numbers', [names[0], names[2]]],
  ])('is refused with %s', async (_, gone) => {
    const kept = gone.filter((name) => name !== undefined);
    await expect(typesetVolume(sheet, { volume: 1, names: kept })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('is refused without naming anybody', async () => {
    const refusal = typesetVolume({ ...sheet, date: 'Jinken' }, some);
    await expect(refusal).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/^Typesetting volume 7 of petition 2026-0001 was refused: (?!.*Jinken)/),
    });
  });
});
