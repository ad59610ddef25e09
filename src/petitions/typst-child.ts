/**
 * The typesetting child: one process, one volume. It takes its job over IPC, compiles, answers and ends, so that
 * Typst's memory goes back to the system and a stuck compile can be killed. The only file that knows Typst.
 */
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { createRequire } from 'node:module';
import { asError } from '../errors.ts';
import { findFonts } from './fonts.ts';
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
  const fonts = findFonts(fontFolders);
  const { data, substituted } = prepareSheet(sheet, volume, fonts);
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontPaths: fonts.map((font) => font.path) }] });
  compiler.addSource(mainFilePath, template);
  compiler.mapShadow(`${workspace}/sheet.json`, Buffer.from(JSON.stringify(data)));

  const compiled = compiler.compile({ mainFilePath });
  const document = compiled.result;
  const complaint = compiled.takeDiagnostics();
  // A warning counts as well: an unknown font, or a layout that did not settle, makes a wrong page.
  if (complaint !== null || document === null) {
    const complaints: { message?: string }[] = complaint === null ? [] : compiler.fetchDiagnostics(complaint);
    throw new Error(complaints[0]?.message ?? 'no document');
  }
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
