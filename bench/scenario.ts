/** What each part of the bench is given and gives. */
import type { Outcome } from './figures.ts';
import type { Place } from './place.ts';
import type { Progress } from './progress.ts';

export interface Bench {
  place: Place;
  progress: Progress;
  /** A short run that shows whether everything works; its figures mean little. */
  quick: boolean;
  /** Whether services write CPU profiles. */
  profile: boolean;
  /** Takes what was started, to be ended when the part is over, however it ends. */
  closing(close: () => Promise<unknown>): void;
}

export interface Scenario {
  name: string;
  title: string;
  run(bench: Bench): Promise<Outcome>;
}
