/** The page of the console that says what is not possible and what to do; accidents go to the log, not to the reader. */
import type { ErrorRequestHandler } from 'express';
import { asError, type AppError } from '../../errors.ts';
import { findSession, formToken } from '../../staff/sessions.ts';
import { statusOf, toAppError } from '../problem.ts';
import { ForeignForm } from './console-door.ts';
import type { ConsoleFrame } from './console-frame.ts';
import type { ConsoleNeeds } from './console-needs.ts';
import { makeVisit, type Visit } from './visit.ts';
import type { FrameWords } from './frame-words.ts';

export function failurePages(needs: ConsoleNeeds, frame: ConsoleFrame): ErrorRequestHandler {
  return async (thrown: unknown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const error = toAppError(thrown);
    if (error.code === 'internal')
      needs.log.error({ reason: asError(error.cause ?? error).message }, 'a page of the console failed');
    if (error.retryAfter !== undefined) response.set('Retry-After', String(error.retryAfter));
    const token = frame.cookies.read(request, 'session');
    // A database that is gone must not hide that it is gone.
    const signedIn = token === undefined ? undefined : await findSession(needs, token).catch(() => undefined);
    const csrf = token !== undefined && signedIn ? formToken(token) : '';
    const visit = makeVisit(frame, { request, response, signedIn, csrf, notice: undefined });
    showFailure(visit, failureOf(error), error);
  };
}

function showFailure(visit: Visit, key: keyof FrameWords['failures'], error: AppError): void {
  const { title, text } = visit.frame.failures[key];
  // A conflict is told by the step itself, in English, since it knows what stood in the way.
  const detail = error.code === 'conflict' || error.code === 'invalid' ? error.message : undefined;
  visit.show('failure', { title, words: {}, status: statusOf(error), text, detail });
}

function failureOf(error: AppError): keyof FrameWords['failures'] {
  if (error instanceof ForeignForm) return 'form';
  if (error.code === 'too-many') return 'unavailable';
  return error.code === 'unauthenticated' ? 'forbidden' : error.code;
}
