/** All pages of the console, in the order of the menu. */
import { accountPage } from './account/account-page.ts';
import { campaignsPage } from './campaigns/campaigns-page.ts';
import type { ConsolePage } from './console-page.ts';
import { lettersPage } from './letters/letters-page.ts';
import { peoplePage } from './people/people-page.ts';
import { petitionsPage } from './petitions/petitions-page.ts';
import { signInPage } from './sign-in/sign-in-page.ts';
import { reviewPage } from './review/review-page.ts';
import { targetsPage } from './targets/targets-page.ts';
import { todayPage } from './today/today-page.ts';

export const consolePages: readonly ConsolePage[] = [
  signInPage,
  todayPage,
  campaignsPage,
  targetsPage,
  petitionsPage,
  lettersPage,
  reviewPage,
  peoplePage,
  accountPage,
];
