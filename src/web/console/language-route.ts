/** The language switch: a person's own once she is signed in, and the browser's before. */
import { chooseLanguage } from '../../staff/own-account.ts';
import type { Door } from './console-door.ts';
import type { ConsoleFrame } from './console-frame.ts';
import type { ConsoleNeeds } from './console-needs.ts';
import { consoleLanguages } from './page-words.ts';
import { localPath } from './same-origin.ts';

export function languageRoute(door: Door, needs: ConsoleNeeds, frame: ConsoleFrame): void {
  door.open('POST', '/language', async ({ form, signedIn, response }) => {
    const language = consoleLanguages.find((tag) => tag === form['language']);
    if (language !== undefined) {
      frame.cookies.write(response, 'language', language);
      if (signedIn) await chooseLanguage(needs, signedIn.staff.id, language);
    }
    response.redirect(303, localPath(form['next']));
  });
}
