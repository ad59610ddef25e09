/** `npm run score`: how well returned mail is read, measured on real mail with labels that is not part of this project. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median } from './figures.ts';
import { readOutcome, readReplyLine } from '../src/cli/read-outcomes.ts';
import { replyRules, type ReplyRule } from '../src/outcomes/reply-rules.ts';

const folder = resolve(process.argv[2] ?? '../shared/bounces');
const scorer = join(folder, 'score.mjs');
if (!existsSync(scorer)) {
  process.stderr.write(`There is no ${scorer}: name the folder of the labelled mail as the first word.\n`);
  process.exit(1);
}

interface Label {
  file: string;
  source: string;
}

const labels = rowsOf<Label>('labels.jsonl');
const lines = rowsOf<{ id: string; line: string }>('smtp-lines.jsonl');
const mails = labels.map(({ file, source }) => ({
  file,
  source,
  raw: readFileSync(join(folder, 'train/corpus', file)),
}));
const place = mkdtempSync(join(tmpdir(), 'todoke-score-'));

try {
  const read = mails.map(({ file, raw }) => ({ file, ...readOutcome(raw) }));
  say('Returned mail\n', scored('mails', read, 'labels.jsonl'));
  const classes = lines.map(({ id, line }) => ({ id, class: readReplyLine(line) }));
  say('\nReplies\n', scored('lines', classes, 'smtp-lines.jsonl', '--lines'));
  say('\nFive folds of sources: each fold is read without the rules that speak in no other\n', crossValidated(read));
  say(`\n${speed().toLocaleString('en')} mails a second on one core.\n`);
} finally {
  rmSync(place, { recursive: true, force: true });
}

function rowsOf<Row>(name: string): Row[] {
  const text = readFileSync(join(folder, 'train', name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}

function scored(name: string, rows: readonly unknown[], truth: string, ...options: string[]): string {
  const file = join(place, `${name}.jsonl`);
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  return execFileSync(process.execPath, [scorer, ...options, file, join(folder, 'train', truth)], { encoding: 'utf8' });
}

/**
 * Five folds of whole sources. A rule may have been written for the mail of one fold: so each fold is read again with
 * only those rules that also decided a mail of another one. That is stricter than to learn anew: a rule out of an RFC
 * that only one fold needs goes too.
 */
function crossValidated(read: readonly { rule?: string }[]): string {
  const foldOf = foldsOf(mails.map(({ source }) => source));
  const usedBy = Map.groupBy(mails.keys(), (index) => read[index]?.rule ?? '');
  const isUsedOutside = (rule: ReplyRule, fold: number): boolean =>
    usedBy.get(rule.id)?.some((index) => foldOf.get(mails[index]?.source ?? '') !== fold) ?? true;
  const again = mails.map(({ file, raw, source }) => {
    const fold = foldOf.get(source) ?? 0;
    return {
      file,
      ...readOutcome(
        raw,
        replyRules.filter((rule) => isUsedOutside(rule, fold)),
      ),
    };
  });
  return scored('folds', again, 'labels.jsonl').split('\nrcpt%')[0] ?? '';
}

/** Sources to five folds of about the same size, the largest first. */
function foldsOf(sources: readonly string[]): Map<string, number> {
  const sizes = [...Map.groupBy(sources, (source) => source)].toSorted(([, a], [, b]) => b.length - a.length);
  const full = [0, 0, 0, 0, 0];
  return new Map(
    sizes.map(([source, { length }]) => {
      const fold = full.indexOf(Math.min(...full));
      full[fold] = (full[fold] ?? 0) + length;
      return [source, fold];
    }),
  );
}

/** Mails a second of the reading thread's processor time: the median of twenty rounds, after the engine has warmed up. */
function speed(): number {
  const round = (): number => {
    const start = process.threadCpuUsage();
    for (const { raw } of mails) readOutcome(raw);
    const { user, system } = process.threadCpuUsage(start);
    return user + system;
  };
  for (let n = 0; n < 15; n += 1) round();
  return Math.round((mails.length * 1_000_000) / median(Array.from({ length: 20 }, round)));
}

function say(...words: string[]): void {
  process.stdout.write(words.join(''));
}
