/**
 * The typesetting child: one process, one volume. It takes its job over IPC, compiles, answers and ends, so that
 * Typst's memory goes back to the system and a stuck compile can be killed. The only file that knows Typst.
 */
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { createRequire } from 'node:module';
import { findFonts } from './fonts.ts';
import type { PetitionSheet } from './petition-sheet.ts';
import { prepareSheet } from './sheet-data.ts';
import type { TypesetVolume, Volume } from './typeset-volume.ts';

export interface TypesetJob {
  sheet: PetitionSheet;
  volume: Volume;
  /** Text of `templates/petition.typ`. */
  template: string;
  fontFolders: readonly string[];
}

export type TypesetAnswer = { typeset: TypesetVolume } | { refusal: string };

/** Archival and tagged: readable by machines and by screen readers decades from now. */
const pdfStandard = 'a-2a';

process.once('message', (job: TypesetJob) => {
  process.send?.(answer(job), () => process.disconnect());
});

function answer(job: TypesetJob): TypesetAnswer {
  try {
    return { typeset: typeset(job) };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

function typeset({ sheet, volume, template, fontFolders }: TypesetJob): TypesetVolume {
  const fonts = findFonts(fontFolders);
  const { data, substituted } = prepareSheet(sheet, volume, fonts);
  const compiler = NodeCompiler.create({
    // Nothing is read from the disk: both files of this workspace are given below.
    workspace: '/todoke',
    fontArgs: [{ fontPaths: fonts.map((font) => font.path) }],
  });
  compiler.addSource('/todoke/petition.typ', template);
  compiler.mapShadow('/todoke/sheet.json', Buffer.from(JSON.stringify(data)));

  const compiled = compiler.compile({ mainFilePath: '/todoke/petition.typ' });
  const complaint = compiled.takeDiagnostics();
  const document = compiled.result;
  if (complaint !== null) {
    const [first] = compiler.fetchDiagnostics(complaint);
    throw new Error(JSON.stringify(first));
  }
  if (document === null) throw new Error('Typst gave no document');
  const pages = compiler.query(document, { selector: '<pages>', field: 'value' });
  const pdf = compiler.pdf(document, { pdfStandard:'a-2u',pdfTags:false, creationTimestamp: Date.parse(`${sheet.date}T00:00:00Z`) / 1000 });
  return {
    pdf,
    pages: document.numOfPages,
    pageRanges: pages[0],
    substituted,
    engine: 'typst',
    fonts: fonts.map(({ file, sha256 }) => ({ file, sha256 })),
  };
}
createRequire;
