/** What all pages of the console share: words, assets, cookies, and the navigation. */
import type { Permission } from '../../staff/roles.ts';
import type { Assets } from './assets.ts';
import type { Cookies } from './cookies.ts';
import type { FrameWords } from './frame-words.ts';
import type { WordsOf } from './page-words.ts';

export interface NavigationEntry {
  /** Key of its word. */
  key: keyof FrameWords['nav'];
  href: string;
  need: Permission;
}

export interface ConsoleFrame {
  wordsOf: WordsOf;
  assets: Assets;
  cookies: Cookies;
  /** In the order of the menu; a person sees what her role may open. */
  navigation: readonly NavigationEntry[];
  /** Without a relay: letters go to the simulated embassy, which every page says. */
  isRehearsal: boolean;
  /** Zone of times that belong to no campaign: that of the first campaign, which may be made while we run. */
  readonly timeZone: string;
}
