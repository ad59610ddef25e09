/** Letters counted by state, for pages, the API and the metrics. */
import type { Instant } from '../clock.ts';
import { letterStates, type LetterState } from '../letters/letter-states.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';

export interface StateNumbers {
  letters: Record<LetterState, number>;
  /** When the letter that has been longest in a state came into it; undefined for an empty state. */
  oldestSince: Partial<Record<LetterState, Instant>>;
}

export type StateCounts = Record<LetterState, number>;

/** Only how many letters are in each state, of all or of one campaign: answered by an index alone. */
export async function countStates({ read }: Database, campaign?: string): Promise<StateCounts> {
  const query = read
    .createQueryBuilder(letterTable, 'letter')
    .select('letter.state', 'state')
    .addSelect('count(*)', 'n')
    .groupBy('letter.state');
  if (campaign !== undefined) query.where('letter.campaign = :campaign', { campaign });
  const rows = await query.getRawMany<{ state: LetterState; n: number | string }>();
  return Object.assign(noLetters(), Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)])));
}

/** Counts the letters of one campaign and target, of one campaign, or all. */
export async function stateNumbers(
  database: Database,
  of: { campaign?: string; target?: string } = {},
): Promise<StateNumbers> {
  const query = database.read
    .createQueryBuilder(letterTable, 'letter')
    .select('letter.state', 'state')
    .addSelect('count(*)', 'n')
    .addSelect('min(letter.stateSince)', 'since')
    .groupBy('letter.state');
  if (of.campaign !== undefined) query.andWhere('letter.campaign = :campaign', { campaign: of.campaign });
  if (of.target !== undefined) query.andWhere('letter.target = :target', { target: of.target });
  const rows = await query.getRawMany<{ state: LetterState; n: number | string; since: number | string }>();
  const letters = noLetters();
  const oldestSince: StateNumbers['oldestSince'] = {};
  for (const { state, n, since } of rows) {
    letters[state] = Number(n);
    oldestSince[state] = Number(since);
  }
  return { letters, oldestSince };
}

/** Letters of every target by state, from the index alone. */
export async function numbersByTarget(
  { read }: Pick<Database, 'read'>,
  target?: string,
): Promise<Map<string, Record<LetterState, number>>> {
  const query = read
    .createQueryBuilder(letterTable, 'letter')
    .select('letter.target', 'target')
    .addSelect('letter.state', 'state')
    .addSelect('count(*)', 'n')
    .groupBy('letter.target')
    .addGroupBy('letter.state');
  if (target !== undefined) query.where('letter.target = :target', { target });
  const rows = await query.getRawMany<{ target: string; state: LetterState; n: number | string }>();
  const numbers = new Map<string, Record<LetterState, number>>();
  for (const { target: id, state, n } of rows)
    numbers.set(id, { ...(numbers.get(id) ?? noLetters()), [state]: Number(n) });
  return numbers;
}

/** None in any state. */
export function noLetters(): Record<LetterState, number> {
  return Object.fromEntries(letterStates.map((state) => [state, 0])) as Record<LetterState, number>;
}
