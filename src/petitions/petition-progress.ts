/** How far a petition is, in the shape that the API, the console and the terminal tell it. */
import type { Petition } from './petition-table.ts';

export const petitionSteps = ['gathering', 'typesetting', 'handing-in', 'letting-go', 'done'] as const;

export interface PetitionProgress {
  step: (typeof petitionSteps)[number];
  /** Names that this step is done with. */
  done: number;
  /** All names it has to do with. While they are gathered this is what waited at the beginning. */
  of: number;
}

export function progressOf(
  petition: Pick<Petition, 'state' | 'done' | 'names' | 'expected' | 'filesAt'>,
): PetitionProgress {
  const { state, done, names, expected, filesAt } = petition;
  if (state === 'sealing') return { step: 'gathering', done, of: Math.max(expected, done) };
  if (state === 'handing_in') return { step: 'handing-in', done, of: names };
  if (state === 'voiding') return { step: 'letting-go', done, of: names };
  if (state === 'sealed' && filesAt === null) return { step: 'typesetting', done, of: names };
  return { step: 'done', done: names, of: names };
}
