/** Turns one volume of a sealed list into a PDF, in a child process of its own with bounds on time and memory. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { second } from '../clock.ts';
import { AppError } from '../errors.ts';
import { findCulprit } from './find-culprit.ts';
import { fontHash } from './font-hash.ts';
import { giveWay, usualNice } from './give-way.ts';
import { templatesFolder } from '../paths.ts';
import type { PetitionName, PetitionSheet } from './petition-sheet.ts';
import type { ChildAnswer, TypesetJob } from './typst-child.ts';

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
  /** What it took: seconds of processor time and megabytes at most, of the child alone. */
  cost: { cpuSeconds: number; memoryMb: number };
}

export interface TypesetOptions {
  timeoutMs?: number;
  /** Resident memory of the child; watched where `/proc` tells it, 10,000 names need about 330 MB. */
  memoryMb?: number;
  /** How far the child gives way to other processes, 0 to 19 as of `nice`; 10 when not said. */
  nice?: number;
  /** Folders with more TTF and OTF files. */
  fontFolders?: readonly string[];
  /** Ends the child at once; `typesetVolume` throws its reason. */
  signal?: AbortSignal;
}

const child = fileURLToPath(new URL('typst-child.ts', import.meta.url));
const templateFile = join(templatesFolder, 'petition.typ');
const letterFile = join(templatesFolder, 'names-letter.typ');
const nowhere = 'http://127.0.0.1:9';
const noSystemFonts = join(templatesFolder, 'no-system-fonts.conf');

/** SHA-256 of the layout of a sheet, for the manifest. */
export async function layoutSha256({ layout }: PetitionSheet): Promise<string> {
  return createHash('sha256')
    .update(layout?.text ?? (await readFile(templateFile)))
    .digest('hex');
}

/** The sheet as a letter of names, in our own layout: what `typesetVolume` makes of it is to be posted. */
export async function asNamesLetter(sheet: PetitionSheet): Promise<PetitionSheet> {
  return { ...sheet, layout: { file: 'names-letter.typ', text: await readFile(letterFile, 'utf8') } };
}

/**
 * Typesets one volume.
 * @throws AppError `invalid` without cover letters or names, or when their numbers have gaps; `unavailable` when
 * the child overran its bounds or died, twice; `internal` when Typst refuses the document, as it would every time.
 * Either says the number of the name that causes it, when there is one, and never the name.
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
  const layout = sheet.layout ?? { file: 'petition.typ', text: await readFile(templateFile, 'utf8') };
  const job = { sheet, volume, layout, fontFolders: options.fontFolders ?? [] };
  const what = `volume ${volume.volume} of petition ${sheet.number}`;

  // A child may die of something that passes, such as another process taking the memory: once more.
  let end = await runChild(job, options);
  if ('accident' in end) end = await runChild(job, options);

  if (!('typeset' in end)) {
    const culprit = await findCulprit(
      volume.names,
      async (names) => !('typeset' in (await runChild({ ...job, volume: { ...volume, names } }, options))),
    );
    const cause =
      culprit === undefined
        ? ''
        : ` The cause is name ${culprit.toLocaleString('en')}: withhold it, and tell us of it.`;
    throw 'accident' in end
      ? new AppError('unavailable', `Typesetting ${what} failed twice: ${end.accident}.${cause}`)
      : new AppError('internal', `Typesetting ${what} was refused: ${withoutNames(end.refusal)}.${cause}`);
  }
  const { fontFiles, ...typeset } = end.typeset;
  return { ...typeset, fonts: await Promise.all(fontFiles.map(fontHash)) };
}

type End = ChildAnswer | { accident: string };

async function runChild(job: TypesetJob, options: TypesetOptions): Promise<End> {
  const { timeoutMs = 300 * second, memoryMb = 1_500, nice = usualNice, signal } = options;
  signal?.throwIfAborted();
  const typist = fork(child, {
    serialization: 'advanced',
    // The child gets none of our secrets, prints nothing that could hold a name, and finds no fonts but ours.
    // A layout that asks for packages of Typst's finds no way out either.
    env: { FONTCONFIG_FILE: noSystemFonts, https_proxy: nowhere, http_proxy: nowhere },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--max-old-space-size=512'],
  });
  if (typist.pid !== undefined) giveWay(typist.pid, nice);
  const { promise, resolve } = Promise.withResolvers<End>();
  const kill = (accident: string): void => {
    resolve({ accident });
    typist.kill('SIGKILL');
  };
  const stop = (): void => kill('it was stopped');
  signal?.addEventListener('abort', stop);
  const timeout = setTimeout(() => kill(`it took longer than ${timeoutMs / second} seconds`), timeoutMs);
  const watch = setInterval(() => {
    if (residentMb(typist.pid) > memoryMb) kill(`it took more than ${memoryMb} MB of memory`);
  }, 200);
  typist.once('message', (answer: ChildAnswer) => resolve(answer));
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
    const end = await promise;
    signal?.throwIfAborted();
    return end;
  } finally {
    signal?.removeEventListener('abort', stop);
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
