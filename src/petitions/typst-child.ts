/**
 * The typesetting child: one process, one volume. It takes its job over IPC, compiles, answers and ends, so that
 * Typst's memory goes back to the system and a stuck compile can be killed. The only file that knows Typst.
 */
import { NodeCompiler, type NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { asError } from '../errors.ts';
import { findFonts, type PrintFont } from './fonts.ts';
import type { PetitionSheet } from './petition-sheet.ts';
import { prepareSheet } from './sheet-data.ts';
import type { PageRange, TypesetVolume, Volume } from './typeset-volume.ts';

export interface TypesetJob {
  sheet: PetitionSheet;
  volume: Volume;
  /** `templates/petition.typ`, or a campaign's own. */
  layout: { file: string; text: string };
  /** Where to look for more fonts. */
  fontFolders: readonly string[];
}

/** A refusal is Typst's or our own sentence; it may quote a name and must be cleaned before anybody sees it. */
export type ChildAnswer = { typeset: TypesetAnswer } | { refusal: string };

/** A volume, and the fonts it was given. */
export type TypesetAnswer = Omit<TypesetVolume, 'fonts'> & { fontFiles: string[] };

/**
 * PDF/A-2u, archival with every glyph mapped to Unicode, and without tags: those make the file fourteen times
 * as large, and the list for machines and screen readers is the CSV.
 */
const pdfOptions = { pdfStandard: 'a-2u', pdfTags: false };

/** A workspace that does not exist: its files are given in memory, and a layout finds no others. */
const workspace = '/nonexistent/petition';

process.once('message', (job: TypesetJob) => {
  let answer: ChildAnswer;
  try {
    answer = { typeset: typeset(job) };
  } catch (error) {
    answer = { refusal: asError(error).message };
  }
  process.send?.(answer, () => process.disconnect());
});

function typeset({ sheet, volume, layout, fontFolders }: TypesetJob): TypesetAnswer {
  const { compiler, prepared, fonts } = prepare(sheet, volume, findFonts(fontFolders));
  const mainFilePath = `${workspace}/${layout.file}`;
  compiler.addSource(mainFilePath, layout.text);
  compiler.mapShadow(`${workspace}/sheet.json`, Buffer.from(JSON.stringify(prepared.data)));

  const document = compile(compiler, mainFilePath);
  const [pageRanges] = compiler.query(document, { selector: '<pages>', field: 'value' }) as [PageRange[]];
  checkRanges(pageRanges, volume);
  const creationTimestamp = Date.parse(`${sheet.date}T00:00:00Z`) / 1000;
  return {
    pdf: compiler.pdf(document, { ...pdfOptions, creationTimestamp }),
    pages: document.numOfPages,
    pageRanges,
    substituted: prepared.substituted,
    engine: engineOf(compiler),
    fontFiles: fonts.map(({ path }) => path),
    cost: costSoFar(),
  };
}

function costSoFar(): TypesetVolume['cost'] {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, memoryMb: maxRSS / 1024 };
}

/**
 * The texts, and a compiler with the fonts they need and no others. Typst takes some words of a family's name for
 * a style ("Noto Sans Old Italic"): a font that it does not find under its name cannot be counted on.
 */
function prepare(sheet: PetitionSheet, volume: Volume, found: PrintFont[]) {
  const prepared = prepareSheet(sheet, volume, found);
  const fonts = found.filter(({ family }) => prepared.families.has(family));
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontPaths: fonts.map(({ path }) => path) }] });
  const unknown = unknownFamilies(compiler, prepared.families);
  if (unknown.size === 0) return { compiler, prepared, fonts };
  return prepare(
    sheet,
    volume,
    found.filter(({ family }) => !unknown.has(family)),
  );
}

function unknownFamilies(compiler: NodeCompiler, families: ReadonlySet<string>): Set<string> {
  const list = Array.from(families, (family) => `${JSON.stringify(family)},`).join('');
  const warnings = compiler.compile({ mainFileContent: `#set text(font: (${list}))` }).takeWarnings();
  const said: { message: string }[] = warnings === null ? [] : compiler.fetchDiagnostics(warnings);
  const isUnknown = (family: string): boolean =>
    said.some(({ message }) => message.endsWith(`: ${family.toLowerCase()}`));
  return new Set([...families].filter(isUnknown));
}

interface Diagnostic {
  message: string;
  /** From 0. */
  range: { start: { line: number; character: number } } | null;
}

/** A warning counts as a refusal: an unknown font, or a layout that did not settle, makes a wrong page. */
function compile(compiler: NodeCompiler, mainFilePath: string): NodeTypstDocument {
  const compiled = compiler.compile({ mainFilePath });
  const document = compiled.result;
  const complaint = compiled.takeError() ?? compiled.takeWarnings();
  if (complaint === null && document !== null) return document;
  const [said] = (complaint === null ? [] : compiler.fetchDiagnostics(complaint)) as Diagnostic[];
  const start = said?.range?.start;
  const place = start ? ` (${basename(mainFilePath)}:${start.line + 1}:${start.character + 1})` : '';
  throw new Error(`${said?.message ?? 'no document'}${place}`);
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
