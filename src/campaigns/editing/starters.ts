/** The texts a new campaign begins with, per language: `templates/starters/<language>.yaml`, checked when they are read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { templatesFolder } from '../../paths.ts';
import { checkShape } from '../check-shape.ts';
import { complainAbout, type FileProblem } from '../file-problem.ts';
import { readYaml } from '../yaml-source.ts';

const text = z.string().trim().min(1).max(5_000);
const starterSchema = z.strictObject({
  salutation: text,
  /** Behind a period whose end is a plan. */
  planned: text,
  consents: z.strictObject({ send: text, 'hand-over': text, contact: text, news: text }),
  page: z.strictObject({
    hints: z.strictObject({ name: text, email: text, phone: text, message: text }),
    short: text,
    long: text,
  }),
  letter: z.strictObject({ subject: text, body: text, footer: text }),
  petition: z.strictObject({ title: text, body: text }),
});

export type Starter = z.infer<typeof starterSchema>;

const left = /\[\[[^]*?\]\]/;

/** Whether a text still holds a passage in double brackets, which stands where campaigners are to write. */
export function isUnwritten(written: string): boolean {
  return left.test(written);
}

/** Reads the starters, by language. Throws `invalid` with a line for each mistake. */
export function loadStarters(folder = join(templatesFolder, 'starters')): Record<string, Starter> {
  const problems: FileProblem[] = [];
  const starters: Record<string, Starter> = {};
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.yaml'))) {
    const path = join(folder, name);
    const complain = complainAbout(path, problems);
    const yaml = readYaml(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), complain);
    const checked = yaml && checkShape(yaml, starterSchema, complain);
    if (checked !== undefined) starters[name.replace(/\.yaml$/, '')] = checked;
  }
  if (problems.length === 0) return starters;
  const lines = problems.map((one) => `${one.file}:${one.line}:${one.column}  ${one.problem} — ${one.remedy}`);
  throw new AppError('invalid', ['The starters of campaigns have mistakes:', ...lines].join('\n'));
}

/** The starter of a language, or of the language without script and region, or the English one. */
export function starterFor(starters: Readonly<Record<string, Starter>>, language: string): Starter {
  const found = starters[language] ?? starters[language.split('-')[0] ?? ''] ?? starters['en'];
  if (found === undefined) throw new Error('there is no English starter');
  return found;
}
