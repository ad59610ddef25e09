/** Figures as words for the terminal and the page. */
import { median, type Figure } from './figures.ts';

/** Three digits that count, thousands apart. */
function digits(value: number): string {
  const size = Math.abs(value);
  const places = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** The median with its unit; with its standard error where there is one. */
export function shown({ rounds, unit, error }: Figure): string {
  const value = digits(median(rounds));
  return `${error === undefined ? value : `${value} ± ${digits(error)}`} ${unit}`;
}

/** From the lowest to the highest round. */
export function shownRange({ rounds }: Figure): string {
  return rounds.length < 2 ? '' : `${digits(Math.min(...rounds))}–${digits(Math.max(...rounds))}`;
}

export function shownGoal({ goal, unit }: Figure): string {
  if (!goal) return '';
  if ('most' in goal) return `≤ ${goal.most.toLocaleString('en')} ${unit}`;
  return 'least' in goal ? `≥ ${goal.least.toLocaleString('en')} ${unit}` : `0 ${unit}`;
}
