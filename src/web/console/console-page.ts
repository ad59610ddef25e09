/** What a page of the console is to the router that mounts it. */
import type { Door } from './console-door.ts';
import type { ConsoleFrame, NavigationEntry } from './console-frame.ts';
import type { ConsoleNeeds } from './console-needs.ts';
import type { PageWords } from './page-words.ts';

/** A page, or a few that belong together: their words, their place in the menu, their routes. */
export interface ConsolePage {
  words: readonly PageWords<unknown>[];
  menu?: NavigationEntry;
  routes(door: Door, needs: ConsoleNeeds, frame: ConsoleFrame): void;
}
