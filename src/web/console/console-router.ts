/** The console: its pages behind one door, its style and script, and the stream that tells of changes. */
import { Router } from 'express';
import { AppError } from '../../errors.ts';
import { createAssets } from './assets.ts';
import { createDoor, type DeclaredRoute } from './console-door.ts';
import type { ConsoleFrame } from './console-frame.ts';
import type { ConsoleNeeds } from './console-needs.ts';
import { consolePages } from './console-pages.ts';
import { createCookies } from './cookies.ts';
import { failurePages } from './failure-page.ts';
import { frameWords } from './frame-words.ts';
import { languageRoute } from './language-route.ts';
import { createEventStream } from './live/event-stream.ts';
import { loadConsoleWords } from './page-words.ts';
import { consoleHeaders } from './security-headers.ts';

export interface Console {
  router: Router;
  /** Every route and whom it is for. */
  routes: readonly DeclaredRoute[];
  /** Ends the streams, so that the server can stop. */
  close(): void;
}

/** Makes the console. Throws `invalid` when words are missing. */
export function openConsole(needs: ConsoleNeeds): Console {
  const assets = createAssets();
  const frame: ConsoleFrame = {
    wordsOf: loadConsoleWords([frameWords, ...consolePages.flatMap(({ words }) => words)]),
    assets,
    cookies: createCookies(needs.origin),
    navigation: consolePages.flatMap(({ menu }) => menu ?? []),
    isRehearsal: needs.config.SMTP_URL === undefined,
    get timeZone() {
      return needs.book.campaigns[0]?.period.timeZone ?? 'UTC';
    },
  };
  const door = createDoor(needs, frame);
  const stream = createEventStream(needs);
  door.get('/events', 'self', stream.open);
  languageRoute(door, needs, frame);
  for (const page of consolePages) page.routes(door, needs, frame);

  const router = Router({ caseSensitive: true });
  router.use('/console', consoleHeaders(), assets.router, door.router);
  router.use('/console', (_request, _response, next) => next(new AppError('not-found', 'There is no such page.')));
  router.use('/console', failurePages(needs, frame));
  return { router, routes: door.routes, close: stream.close };
}
