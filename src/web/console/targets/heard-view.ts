/** What servers said, as a list that staff read: when, at which step, in which words, whose failure, by which rule. */
import type { OutcomeRow } from '../../../outcomes/outcome-table.ts';
import { outcomeTable } from '../../../outcomes/outcome-table.ts';
import { signersOf, withoutNames } from '../../../outcomes/without-names.ts';
import { readRows } from '../../../storage/read-rows.ts';
import type { Moment } from '../../pages/page-dates.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { targetWords } from './target-words.ts';

export interface HeardView {
  at: Moment;
  stage: string;
  said: string;
  whose: string;
  rule: string;
}

/** An outcome as evidence keeps it, or as its own row has it. */
type Said = Pick<OutcomeRow, 'at' | 'code' | 'rule' | 'text'> & {
  stage: string;
  enhanced?: string | null;
  attribution: string | null;
};

/** Code and words of a reply, without names whoever kept it. */
export function replyOf({ code, enhanced, text }: Pick<Said, 'code' | 'enhanced' | 'text'>): string {
  return [code, enhanced, withoutNames(text)]
    .filter((part) => part !== null && part !== undefined && part !== '')
    .join(' ');
}

export function heardView(visit: StaffVisit, said: readonly Said[], zone: string | undefined): HeardView[] {
  const words = visit.words(targetWords);
  return said.map((one) => ({
    at: visit.moment(one.at, zone),
    stage: lookUp(words.stages, one.stage) ?? one.stage,
    said: replyOf(one) || words.evidence['no-words'],
    whose: lookUp(words.whose, one.attribution ?? 'unknown') ?? words.whose.unknown,
    rule: one.rule,
  }));
}

/** Outcomes by their ids, the oldest first, their words without names. */
export async function saidIn(
  { database }: Pick<ConsoleNeeds, 'database'>,
  ids: readonly string[],
): Promise<OutcomeRow[]> {
  const rows = await readRows(database.read, outcomeTable, [...new Set(ids)]);
  return withoutSigners({ database }, rows);
}

export async function withoutSigners(
  { database }: Pick<ConsoleNeeds, 'database'>,
  rows: readonly OutcomeRow[],
): Promise<OutcomeRow[]> {
  const names = await signersOf(database.read, rows);
  const bare = rows.map((row) => ({ ...row, text: withoutNames(row.text, names.get(row.letterId)) }));
  return bare.toSorted((one, other) => one.at - other.at);
}

/** A word by a key that came from a row; undefined for one that this program does not know. */
export function lookUp(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
