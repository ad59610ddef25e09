/** The way in: the first page of the menu that a role may open. */
import { may } from '../../staff/roles.ts';
import type { ConsolePage } from './console-page.ts';

export const startPage: ConsolePage = {
  words: [],
  routes(door, _needs, frame) {
    door.get('/', 'self', ({ signedIn, response }) => {
      const first = frame.navigation.find(({ need }) => may(signedIn.staff.role, need));
      response.redirect(303, first?.href ?? '/console/account');
    });
  },
};
