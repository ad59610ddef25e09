/** The data `templates/petition.typ` lays out: every text printable already, with its fonts, language and direction. */
import { scriptOf } from '../campaigns/text-direction.ts';
import { createFontStacks } from './font-stacks.ts';
import { fontCoverage, type PrintFont } from './fonts.ts';
import { breadth, nameDirection, nameScript } from './name-style.ts';
import type { CoverLetter, PetitionName, PetitionSheet, SheetLabels } from './petition-sheet.ts';
import { printableName } from './printable-name.ts';
import { sheetCode } from './sheet-code.ts';

/** How a text is set. */
interface TextStyle {
  script: string;
  /** Key of `SheetData.stacks`. */
  fonts: string;
  language: string;
  direction: 'ltr' | 'rtl';
  /** Whether the text holds letters that must be joined to one form: Arabic lam and alef. */
  joins: boolean;
}

interface NameRow {
  number: number;
  text: string;
  /** Place in `SheetData.styles`. */
  style: number;
  /** The same text in runs, each in pieces; only of a name that may be too long for its column or holds ⟨U+XXXX⟩. */
  runs?: string[][];
}

/** A cover letter with its numbers and dates written out. */
interface CoverData extends CoverLetter {
  style: TextStyle;
  count: string;
  date: string;
}

export interface SheetData {
  number: string;
  target: string;
  count: number;
  volume: number;
  volumes: number;
  /** In groups of eight digits. */
  digest: string[];
  paper: string;
  /** Number and digest as a QR code: its rows from the top, `1` is black. */
  code: string[];
  covers: CoverData[];
  /** For each script, the font families in the order to try them. */
  stacks: Record<string, string[]>;
  /** The ways names are set: a few, however many names. */
  styles: TextStyle[];
  names: NameRow[];
}

/** Ems of name text that surely fit a column on either paper, in the usual size and in the smallest. */
const surelyFits = { usual: 12, smallest: 15.5 };

/** What a template may add by itself in the language of the sheet: ASCII and common punctuation. */
const ownText = `${String.fromCharCode(...Array.from({ length: 95 }, (_, index) => index + 32))}–—·…‘’“”`;

interface PreparedSheet {
  data: SheetData;
  substituted: { number: number; codePoints: string[] }[];
  /** Families the texts need: Typst need know no others. */
  families: ReadonlySet<string>;
}

/** Prepares one volume for the template, and lists the names that are not printed as they were written. */
export function prepareSheet(
  sheet: PetitionSheet,
  volume: { volume: number; names: readonly PetitionName[] },
  fonts: readonly PrintFont[],
): PreparedSheet {
  const covers = fontCoverage(fonts);
  const print = (text: string): string =>
    text.replace(/[^\n]+/g, (line) => (line.trim() === '' ? line : printableName(line, covers).text));

  const { stackFor, stacks } = createFontStacks(fonts);
  const style = (text: string, script: string, language: string, direction: 'ltr' | 'rtl'): TextStyle => ({
    script,
    fonts: stackFor(text, script),
    language: languageCode(language),
    direction,
    joins: script !== 'Arab' || lamAlef.test(text),
  });

  const target = print(sheet.target);
  const coverData = sheet.covers.map((cover): CoverData => {
    const written = {
      ...printAll(cover, print),
      count: print(sheet.count.toLocaleString(`${cover.language}-u-nu-latn`)),
      date: print(longDate(sheet.date, cover.language)),
    };
    const text = `${ownText}${target}${JSON.stringify(written)}`;
    return { ...written, style: style(text, scriptOf(cover.language), cover.language, cover.direction) };
  });

  const sheetLanguages = sheet.covers.map((cover) => cover.language);
  const substituted: PreparedSheet['substituted'] = [];
  const styles = new Map<string, { place: number; own: TextStyle }>();
  const styleOf = (text: string, language: string): number => {
    const script = nameScript(text, [language, ...sheetLanguages]);
    const own = style(text, script, language, nameDirection(text));
    const key = Object.values(own).join();
    const known = styles.get(key) ?? { own, place: styles.size };
    styles.set(key, known);
    return known.place;
  };
  const names = volume.names.map(({ number, name, language }): NameRow => {
    const printable = printableName(name, covers);
    if (printable.substituted.length > 0) substituted.push({ number, codePoints: printable.substituted });
    const ems = breadth(printable.text);
    const needsRuns = printable.substituted.length > 0 || ems > surelyFits.usual;
    return {
      number,
      text: printable.text,
      style: styleOf(printable.text, language),
      ...(needsRuns && { runs: printable.text.split(runStart).map(ems > surelyFits.smallest ? pieces : whole) }),
    };
  });

  const data: SheetData = {
    number: sheet.number,
    target,
    count: sheet.count,
    volume: volume.volume,
    volumes: sheet.volumes,
    digest: sheet.digest.match(/.{1,8}/g) ?? [],
    paper: sheet.paper,
    code: sheetCode(sheet),
    covers: coverData,
    stacks: stacks(),
    styles: Array.from(styles.values(), ({ own }) => own),
    names,
  };
  return { data, substituted, families: new Set(Object.values(data.stacks).flat()) };
}

const lamAlef = /\u0644\p{Mn}*[\u0622\u0623\u0625\u0627\u0671\u0672\u0673\u0675]/u;

/** What Typst takes for a language: two or three letters. */
function languageCode(language: string): string {
  return /^[a-z]{2,3}(?![a-z])/i.exec(language)?.[0].toLowerCase() ?? 'und';
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** After a space, and around ⟨U+XXXX⟩. */
const runStart = /(?<= )|(?=⟨U\+[0-9A-F]+⟩)|(?<=⟨U\+[0-9A-F]+⟩)/;

/** What stays together when even a run must be broken: what a reader calls a character, and ⟨U+XXXX⟩. */
function pieces(run: string): string[] {
  return run.startsWith('⟨U+') ? [run] : [...graphemes.segment(run)].map(({ segment }) => segment);
}

const whole = (run: string): string[] => [run];

function printAll(cover: CoverLetter, print: (text: string) => string): CoverLetter {
  const labels = Object.entries<string>({ ...cover.labels }).map(([key, label]) => [key, print(label)]);
  return {
    ...cover,
    title: print(cover.title),
    salutation: print(cover.salutation),
    paragraphs: cover.paragraphs.map(print),
    organisation: print(cover.organisation),
    period: print(cover.period),
    received: print(cover.received),
    campaigns: cover.campaigns.map(({ title, count }) => ({ title: print(title), count: print(count) })),
    ...(cover.withheldNote !== undefined && { withheldNote: print(cover.withheldNote) }),
    labels: Object.fromEntries(labels) as SheetLabels,
  };
}

/** `2026-11-22` in words, in the common calendar and digits, so that every language names the same day alike. */
function longDate(date: string, language: string): string {
  const format = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${date}T00:00:00Z`));
}
