/**
 * The typesetting child: one process, one volume. It takes its job over IPC, compiles, answers and ends, so that
 * Typst's memory goes back to the system and a stuck compile can be killed. The only file that knows Typst.
 */
import { NodeCompiler, type NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler';
import { createRequire } from 'node:module';
import { asError } from '../errors.ts';
import { findFonts, type PrintFont } from './fonts.ts';
import type { PetitionSheet } from './petition-sheet.ts';
import { prepareSheet } from './sheet-data.ts';
import type { PageRange, TypesetVolume, Volume } from './typeset-volume.ts';

export interface TypesetJob {
  sheet: PetitionSheet;
  volume: Volume;
  /** The text of `templates/petition.typ`. */
  template: string;
  /** Where to look for more fonts. */
  fontFolders: readonly string[];
}

/** A refusal is Typst's or our own sentence; it may quote a name and must be cleaned before anybody sees it. */
export type TypesetAnswer = { typeset: TypesetVolume } | { refusal: string };

/**
 * PDF/A-2u, archival with every glyph mapped to Unicode, and without tags: those make the file fourteen times
 * as large, and the list for machines and screen readers is the CSV.
 */
const pdfOptions = { pdfStandard: 'a-2u', pdfTags: false };

/** A workspace that need not exist: both of its files are given in memory. */
const workspace = '/petition';
const mainFilePath = `${workspace}/petition.typ`;

process.once('message', (job: TypesetJob) => {
  let answer: TypesetAnswer;
  try {
    answer = { typeset: typeset(job) };
  } catch (error) {
    answer = { refusal: asError(error).message };
  }
  process.send?.(answer, () => process.disconnect());
});

function typeset({ sheet, volume, template, fontFolders }: TypesetJob): TypesetVolume {
  const found = findFonts(fontFolders);
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontPaths: found.map((font) => font.path) }] });
  const fonts = knownFonts(compiler, found);
  const { data, substituted } = prepareSheet(sheet, volume, fonts);
  compiler.addSource(mainFilePath, template);
  compiler.mapShadow(`${workspace}/sheet.json`, Buffer.from(JSON.stringify(data)));

  const document = compile(compiler);
  const [pageRanges] = compiler.query(document, { selector: '<pages>', field: 'value' }) as [PageRange[]];
  checkRanges(pageRanges, volume);
  const creationTimestamp = Date.parse(`${sheet.date}T00:00:00Z`) / 1000;
  return {
    pdf: compiler.pdf(document, { ...pdfOptions, creationTimestamp }),
    pages: document.numOfPages,
    pageRanges,
    substituted,
    engine: engineOf(compiler),
    fonts: fonts.map(({ file, sha256 }) => ({ file, sha256 })),
  };
}

/** Typst takes some words of a name for a style ("Noto Sans Old Italic"): what it does not find cannot be counted on. */
function knownFonts(compiler: NodeCompiler, fonts: PrintFont[]): PrintFont[] {
  const families = fonts.map(({ family }) => `${JSON.stringify(family)},`);
  const warnings = compiler.compile({ mainFileContent: `#set text(font: (${families.join('')}))` }).takeWarnings();
  const said: { message: string }[] = warnings === null ? [] : compiler.fetchDiagnostics(warnings);
  return fonts.filter(({ family }) => !said.some(({ message }) => message.endsWith(`: ${family.toLowerCase()}`)));
}

/** A warning counts as a refusal: an unknown font, or a layout that did not settle, makes a wrong page. */
function compile(compiler: NodeCompiler): NodeTypstDocument {
  const compiled = compiler.compile({ mainFilePath });
  const document = compiled.result;
  const complaint = compiled.takeError() ?? compiled.takeWarnings();
  if (complaint === null && document !== null) return document;
  const said: { message: string }[] = complaint === null ? [] : compiler.fetchDiagnostics(complaint);
  throw new Error(said[0]?.message ?? 'no document');
}

/** Every name stands on exactly one page: the ranges follow each other from the first name to the last. */
function checkRanges(ranges: PageRange[], { names }: Volume): void {
  let next = names[0]?.number;
  for (const { from, to } of ranges) {
    if (from !== next) throw new Error(`the page of name ${next} is not known`);
    next = to + 1;
  }
  if (next !== (names.at(-1)?.number ?? 0) + 1) throw new Error(`the page of name ${next} is not known`);
}

function engineOf(compiler: NodeCompiler): string {
  const { name, version } = createRequire(import.meta.url)('@myriaddreamin/typst-ts-node-compiler/package.json');
  const [typst] = compiler.query(
    { mainFileContent: '#metadata(str(sys.version)) <v>' },
    { selector: '<v>', field: 'value' },
  );
  return `typst ${typst} (${name} ${version})`;
}
