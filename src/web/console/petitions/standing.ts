/** How a petition stands, as one word for its badge, and how far its long work is. */
import { courseOf, type Course } from '../../../petitions/hand-in-course.ts';
import type { HandIn } from '../../../petitions/hand-in-table.ts';
import { progressOf } from '../../../petitions/petition-progress.ts';
import type { Petition } from '../../../petitions/petition-table.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { petitionWords } from './petition-words.ts';

export type Standing = 'sealing' | 'making' | 'failing' | 'voiding' | 'handing-in' | Course;

type Shown = Pick<Petition, 'state' | 'filesAt' | 'failures' | 'done' | 'names' | 'expected'>;

export function standingOf({ state, filesAt, failures }: Shown, tries: readonly HandIn[]): Standing {
  if (state === 'sealing' || state === 'voiding') return state;
  if (state === 'handing_in') return 'handing-in';
  if (state === 'sealed' && filesAt === null) return failures > 0 ? 'failing' : 'making';
  return courseOf(state, tries);
}

interface ProgressView {
  title: string;
  text: string;
  done: number;
  of: number;
}

/** What a bar shows; undefined when nothing is under way. */
export function progressView(visit: StaffVisit, petition: Shown): ProgressView | undefined {
  const { step, done, of } = progressOf(petition);
  if (step === 'done') return undefined;
  const { progress } = visit.words(petitionWords);
  return { title: progress[step], text: fill(progress.of, counted(visit, { done, of })), done, of };
}

/** Numbers as readers of the page write them. */
export function counted<K extends string>(visit: StaffVisit, numbers: Record<K, number>): Record<K, string> {
  const entries = Object.entries<number>(numbers).map(([key, n]) => [key, n.toLocaleString(visit.frame.dates)]);
  return Object.fromEntries(entries) as Record<K, string>;
}
