/** The data `templates/petition.typ` lays out: every text printable already, with its fonts, language and direction. */
import { scriptOf } from '../campaigns/text-direction.ts';
import { fontCoverage, fontOrder, type PrintFont } from './fonts.ts';
import { breadth, nameDirection, nameScript } from './name-style.ts';
import type { CoverLetter, PetitionName, PetitionSheet, SheetLabels } from './petition-sheet.ts';
import { printableName } from './printable-name.ts';

/** How a text is set. */
interface TextStyle {
  /** Key of `SheetData.stacks`. */
  script: string;
  language: string;
  direction: 'ltr' | 'rtl';
}

interface NameRow {
  number: number;
  text: string;
  style: TextStyle;
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
  covers: CoverData[];
  /** For each script, the font families in the order to try them. */
  stacks: Record<string, string[]>;
  names: NameRow[];
}

/** Ems of name text that surely fit a column on either paper. */
const surelyFits = 12;

/** Prepares one volume for the template, and lists the names that are not printed as they were written. */
export function prepareSheet(
  sheet: PetitionSheet,
  volume: { volume: number; names: readonly PetitionName[] },
  fonts: readonly PrintFont[],
): { data: SheetData; substituted: { number: number; codePoints: string[] }[] } {
  const covers = fontCoverage(fonts);
  const print = (text: string): string =>
    text.replace(/[^\n]+/g, (line) => (line.trim() === '' ? line : printableName(line, covers).text));

  const stacks: Record<string, string[]> = {};
  const style = (script: string, language: string, direction: 'ltr' | 'rtl'): TextStyle => {
    stacks[script] ??= fontOrder(fonts, script);
    return { script, language: languageCode(language), direction };
  };

  const coverData = sheet.covers.map((cover): CoverData => ({
    ...printAll(cover, print),
    style: style(scriptOf(cover.language), cover.language, cover.direction),
    count: print(sheet.count.toLocaleString(`${cover.language}-u-nu-latn`)),
    date: print(longDate(sheet.date, cover.language)),
  }));

  const sheetLanguages = sheet.covers.map((cover) => cover.language);
  const substituted: { number: number; codePoints: string[] }[] = [];
  const names = volume.names.map(({ number, name, language }): NameRow => {
    const printable = printableName(name, covers);
    if (printable.substituted.length > 0) substituted.push({ number, codePoints: printable.substituted });
    const needsRuns = printable.text !== name || breadth(printable.text) > surelyFits;
    return {
      number,
      text: printable.text,
      style: style(nameScript(name, [language, ...sheetLanguages]), language, nameDirection(name)),
      ...(needsRuns && { runs: printable.text.split(runStart).map(pieces) }),
    };
  });

  const data: SheetData = {
    number: sheet.number,
    target: print(sheet.target),
    count: sheet.count,
    volume: volume.volume,
    volumes: sheet.volumes,
    digest: sheet.digest.match(/.{1,8}/g) ?? [],
    paper: sheet.paper,
    covers: coverData,
    stacks,
    names,
  };
  return { data, substituted };
}

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

function printAll(cover: CoverLetter, print: (text: string) => string): CoverLetter {
  const labels = Object.entries<string | undefined>({ ...cover.labels }).flatMap(([key, label]) =>
    label === undefined ? [] : [[key, print(label)]],
  );
  return {
    ...cover,
    title: print(cover.title),
    salutation: print(cover.salutation),
    paragraphs: cover.paragraphs.map(print),
    organisation: print(cover.organisation),
    period: print(cover.period),
    labels: Object.fromEntries(labels) as SheetLabels,
  };
}

/** `2026-11-22` in words, in the common calendar and digits, so that every language names the same day alike. */
function longDate(date: string, language: string): string {
  const format = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${date}T00:00:00Z`));
}
