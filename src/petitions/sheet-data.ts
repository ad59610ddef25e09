/** The data `templates/petition.typ` lays out: every text printable already, with its fonts, language and direction. */
import { scriptOf } from '../campaigns/text-direction.ts';
import { fontCoverage, fontOrder, type PrintFont } from './fonts.ts';
import { breadth, nameDirection, nameScript } from './name-style.ts';
import type { CoverLetter, PetitionName, PetitionSheet, SheetLabels } from './petition-sheet.ts';
import { printableName } from './printable-name.ts';

/** How a text is set. */
export interface TextStyle {
  /** Key of `SheetData.stacks`. */
  script: string;
  language: string;
  direction: 'ltr' | 'rtl';
}

export interface NameRow {
  number: number;
  text: string;
  style: TextStyle;
  /** Only of a name that may be too long for its column: its words, cut where a line may break if it must. */
  words?: string[][];
  /** Holds ⟨U+XXXX⟩. */
  substituted: boolean;
}

/** A cover letter with its numbers and dates written out. */
export interface CoverData extends CoverLetter {
  style: TextStyle;
  count: string;
  date: string;
}

export interface SheetData {
  number: string;
  target: string;
  period: string;
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
    return { script, language: new Intl.Locale(language).language, direction };
  };

  const coverData = sheet.covers.map((cover): CoverData => ({
    ...printAll(cover, print),
    style: style(scriptOf(cover.language), cover.language, cover.direction),
    count: sheet.count.toLocaleString(`${cover.language}-u-nu-latn`),
    date: longDate(sheet.date, cover.language),
  }));

  const sheetScripts = sheet.covers.map((cover) => scriptOf(cover.language));
  const substituted: { number: number; codePoints: string[] }[] = [];
  const names = volume.names.map(({ number, name, language }): NameRow => {
    const printable = printableName(name, covers);
    if (printable.substituted.length > 0) substituted.push({ number, codePoints: printable.substituted });
    return {
      number,
      text: printable.text,
      style: style(nameScript(name, language, sheetScripts), language, nameDirection(name)),
      ...(breadth(printable.text) > surelyFits && { words: printable.text.split(' ').map(pieces) }),
      substituted: printable.text !== name,
    };
  });

  const data: SheetData = {
    number: sheet.number,
    target: print(sheet.target),
    period: print(sheet.period),
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

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What must stay together when a long word is broken: what a reader calls a character, and ⟨U+XXXX⟩. */
function pieces(word: string): string[] {
  return word
    .split(/(⟨U\+[0-9A-F]+⟩)/)
    .flatMap((part) => (part.startsWith('⟨U+') ? part : [...graphemes.segment(part)].map(({ segment }) => segment)));
}

function printAll(cover: CoverLetter, print: (text: string) => string): CoverLetter {
  const labels = Object.entries(cover.labels).map(([key, label]: [string, string]) => [key, print(label)]);
  return {
    ...cover,
    title: print(cover.title),
    salutation: print(cover.salutation),
    paragraphs: cover.paragraphs.map(print),
    organisation: print(cover.organisation),
    labels: Object.fromEntries(labels) as SheetLabels,
  };
}

/** `2026-11-22` in words, in the common calendar and digits, so that every language names the same day alike. */
function longDate(date: string, language: string): string {
  const format = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${date}T00:00:00Z`));
}
