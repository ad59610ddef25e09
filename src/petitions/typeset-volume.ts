/** Turns one volume of a sealed list into a PDF, in a child process of its own with bounds on time and memory. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { second } from '../clock.ts';
import { AppError } from '../errors.ts';
import { templatesFolder } from '../paths.ts';
import type { PetitionName, PetitionSheet } from './petition-sheet.ts';
import type { TypesetAnswer, TypesetJob } from './typst-child.ts';

export interface Volume {
  /** From 1. */
  volume: number;
  names: PetitionName[];
}

export interface PageRange {
  /** Page of the PDF, from 1. */
  page: number;
  from: number;
  to: number;
}

export interface TypesetVolume {
  pdf: Buffer;
  pages: number;
  /** The names on each page of the PDF that has names. */
  pageRanges: PageRange[];
  /** Names not printed as they were written, with the code points that were not: `U+202E`. */
  substituted: { number: number; codePoints: string[] }[];
  /** What typeset it, with versions. */
  engine: string;
  /** The fonts it was given. The same list, fonts, engine and template give the same bytes. */
  fonts: { file: string; sha256: string }[];
}

interface TypesetOptions {
  timeoutMs?: number;
  /** Resident memory of the child; watched where `/proc` tells it, 10,000 names need about 430 MB. */
  memoryMb?: number;
  /** Folders with more TTF and OTF files. */
  fontFolders?: readonly string[];
}

const child = fileURLToPath(new URL('typst-child.ts', import.meta.url));
const templateFile = join(templatesFolder, 'petition.typ');
const noSystemFonts = join(templatesFolder, 'no-system-fonts.conf');

/** SHA-256 of the template, for the manifest. */
export async function templateSha256(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(templateFile))
    .digest('hex');
}

/**
 * Typesets one volume.
 * @throws AppError `invalid` without cover letters or names, or when their numbers have gaps; `unavailable` when
 * the child overran its bounds or died, twice; `internal` when Typst refuses the document, as it would every time.
 */
export async function typesetVolume(
  sheet: PetitionSheet,
  volume: Volume,
  options: TypesetOptions = {},
): Promise<TypesetVolume> {
  if (sheet.covers.length === 0) throw new AppError('invalid', 'A petition needs a cover letter in one language.');
  const from = volume.names[0]?.number;
  if (from === undefined) throw new AppError('invalid', 'A volume needs at least one name.');
  if (volume.names.some(({ number }, index) => number !== from + index))
    throw new AppError('invalid', 'The names of a volume need numbers that follow each other.');
  const job = { sheet, volume, template: await readFile(templateFile, 'utf8'), fontFolders: options.fontFolders ?? [] };
  const what = `volume ${volume.volume} of petition ${sheet.number}`;

  // A child may die of something that passes, such as another process taking the memory: once more.
  let end = await runChild(job, options);
  if ('accident' in end) end = await runChild(job, options);

  if ('accident' in end) throw new AppError('unavailable', `Typesetting ${what} failed twice: ${end.accident}.`);
  if ('refusal' in end)
    throw new AppError('internal', `Typesetting ${what} was refused: ${withoutNames(end.refusal)}.`);
  return end.typeset;
}

type End = TypesetAnswer | { accident: string };

async function runChild(job: TypesetJob, options: TypesetOptions): Promise<End> {
  const { timeoutMs = 120 * second, memoryMb = 2_500 } = options;
  const typist = fork(child, {
    serialization: 'advanced',
    // The child gets none of our secrets, prints nothing that could hold a name, and finds no fonts but ours.
    env: { FONTCONFIG_FILE: noSystemFonts },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--max-old-space-size=512'],
  });
  const { promise, resolve } = Promise.withResolvers<End>();
  const kill = (accident: string): void => {
    resolve({ accident });
    typist.kill('SIGKILL');
  };
  const timeout = setTimeout(() => kill(`it took longer than ${timeoutMs / second} seconds`), timeoutMs);
  const watch = setInterval(() => {
    if (residentMb(typist.pid) > memoryMb) kill(`it took more than ${memoryMb} MB of memory`);
  }, 200);
  typist.once('message', (answer: TypesetAnswer) => resolve(answer));
  typist.once('error', (error) => resolve({ accident: `the process did not start (${error.message})` }));
  typist.once('exit', (code, signal) => {
    const ended = (): void => resolve({ accident: `the process ended with ${signal ?? `code ${code}`}` });
    // Its answer may still be on the way.
    if (typist.connected) typist.once('disconnect', ended);
    else setImmediate(ended);
  });
  // A child that is gone before it took its work is seen by its exit.
  typist.send(job, () => undefined);
  try {
    return await promise;
  } finally {
    clearTimeout(timeout);
    clearInterval(watch);
  }
}

/** Native memory included, which Node's own limits do not see. 0 where the system does not tell. */
function residentMb(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Typst quotes the text it complains about, and that may be a name. */
function withoutNames(message: string): string {
  return message
    .replace(/(["'`“‘]).*["'`”’]/gs, '…')
    .replace(/[^\x20-\x7e…]+/g, '…')
    .slice(0, 300);
}
