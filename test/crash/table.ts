/** The outcome of a matrix as lines for a terminal and as the table of docs/reliability.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type as system } from 'node:os';
import { format } from 'prettier';
import type { Verdict } from './judge.ts';
import type { Engines } from './world.ts';

export interface Row extends Verdict {
  run: string;
  engines: Engines;
  faults: number;
  kills: number;
  /** Requests that got no answer or another one than 202. */
  refused: number;
  seconds: number;
}

export interface Totals {
  faults: number;
  kills: number;
  accepted: number;
  delivered: number;
  onPaper: number;
  doubled: number;
  window: number;
  lost: number;
  thanked: number;
  unsure: number;
  red: number;
}

export function totalsOf(rows: readonly Row[]): Totals {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    faults: sum((row) => row.faults),
    kills: sum((row) => row.kills),
    accepted: sum((row) => row.accepted),
    delivered: sum((row) => row.delivered),
    onPaper: sum((row) => row.onPaper),
    doubled: sum((row) => row.doubled),
    window: sum((row) => row.window),
    lost: sum((row) => row.lost),
    thanked: sum((row) => row.thanked),
    unsure: sum((row) => row.unsure),
    red: rows.filter((row) => row.wrong.length > 0).length,
  };
}

export function sentence(row: Row): string {
  const { run, engines, seconds, wrong } = row;
  return `${engines.padEnd(11)} ${run}: ${counts(row)}; audit ${wrong.length > 0 ? 'RED' : 'green'}; ${Math.round(seconds)} s`;
}

export function totalSentence(totals: Totals): string {
  return `total: ${counts(totals)}; ${totals.red} runs red`;
}

function counts(of: Row | Totals): string {
  const { faults, kills, accepted, delivered, onPaper, doubled, window, lost, thanked, unsure } = of;
  const letters = `${accepted} accepted, ${delivered} delivered, ${onPaper} on paper, ${doubled} doubled (window ${window}), ${lost} lost`;
  return `${faults} faults, ${kills} kills -9: ${letters}; ${thanked} thanked, ${unsure} mails in doubt`;
}

const begin = '<!-- begin: written by npm run test:crash -->';
const end = '<!-- end: written by npm run test:crash -->';

/** Puts the table between the marks of a page. Throws when the page has none. */
export async function writeTable(
  page: string,
  rows: readonly Row[],
  facts: { command: string; seed: number },
): Promise<void> {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the table: ${begin} … ${end}`);
  const [first] = cpus();
  const totals = totalsOf(rows);
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const cell = (row: Totals | Row): (string | number)[] => [
    row.faults,
    row.kills,
    row.accepted,
    row.delivered,
    row.onPaper,
    row.doubled,
    row.window,
    row.lost,
    row.thanked,
    row.unsure,
  ];
  const table = [
    [
      'engines',
      'run',
      'faults',
      'kills -9',
      'accepted',
      'delivered',
      'on paper',
      'doubled',
      'window',
      'lost',
      'thanked',
      'mails in doubt',
      'audit',
    ],
    ['---', '---', ...Array.from({ length: 10 }, () => '--:'), '---'],
    ...rows.map((row) => [row.engines, row.run, ...cell(row), row.wrong.length > 0 ? '**red**' : 'green']),
    ['**all**', '', ...cell(totals).map((n) => `**${n}**`), totals.red > 0 ? '**red**' : '**green**'],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  const machine = `${first?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GB, ${system()} ${release().split('.', 2).join('.')}, Node.js ${process.versions.node}`;
  const head = [
    `\`${facts.command}\`, seed ${facts.seed}, ended ${new Date().toISOString().slice(0, 10)}, ${Math.round(seconds / 60)} minutes of runs (two at a time), on ${machine}.`,
    '',
  ];
  const written = `${text.slice(0, from)}${begin}\n\n${[...head, ...table].join('\n')}\n\n${text.slice(to)}`;
  writeFileSync(page, await format(written, { parser: 'markdown', printWidth: 120, singleQuote: true }));
}
