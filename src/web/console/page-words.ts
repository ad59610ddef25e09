/** The words of the console: a file per page and language, `templates/words/console/<page>.<language>.yaml`, checked at start. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { checkShape } from '../../campaigns/check-shape.ts';
import { complainAbout, type FileProblem } from '../../campaigns/file-problem.ts';
import { wordsFolder } from '../../campaigns/words.ts';
import { readYaml } from '../../campaigns/yaml-source.ts';
import { AppError } from '../../errors.ts';

/** The name of a page's files and what must stand in each. */
export interface PageWords<T> {
  page: string;
  schema: z.ZodType<T>;
}

/** A page's words in one language. */
export type WordsOf = <T>(page: PageWords<T>, language: string) => T;

/** Languages of the console; the first one is for whoever wants none of them. */
export const consoleLanguages = ['en', 'ja'] as const;
export type ConsoleLanguage = (typeof consoleLanguages)[number];

/** Reads the words of all pages. Throws `invalid` with a line for each wrong or missing key of each file. */
export function loadConsoleWords(pages: readonly PageWords<unknown>[], folder = join(wordsFolder, 'console')): WordsOf {
  const problems: FileProblem[] = [];
  const loaded = new Map<string, unknown>();
  for (const { page, schema } of pages) {
    for (const language of consoleLanguages) {
      const path = join(folder, `${page}.${language}.yaml`);
      if (!existsSync(path)) throw new AppError('invalid', `The console has no words: write ${path}.`);
      const complain = complainAbout(path, problems);
      const yaml = readYaml(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), complain);
      loaded.set(`${page}.${language}`, yaml && checkShape(yaml, schema, complain));
    }
  }
  if (problems.length > 0) {
    const lines = problems.map((one) => `${one.file}:${one.line}:${one.column}  ${one.problem} — ${one.remedy}`);
    throw new AppError('invalid', ['The words of the console have mistakes:', ...lines].join('\n'));
  }
  return <T>({ page }: PageWords<T>, language: string): T => {
    const words = loaded.get(`${page}.${language}`) ?? loaded.get(`${page}.${consoleLanguages[0]}`);
    if (words === undefined) throw new Error(`the words of the page ${page} were not loaded`);
    // Checked against the page's own schema above.
    return words as T;
  };
}
