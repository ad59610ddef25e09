/** Errors as RFC 9457 problem documents: the only place where an error code becomes an HTTP number. */
import type { ErrorRequestHandler, Response } from 'express';
import { AppError, asError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { isOutage } from '../storage/trouble.ts';

const statuses: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
  unavailable: 503,
  internal: 500,
};
const titles: Record<ErrorCode, string> = {
  invalid: 'The request has mistakes',
  unauthenticated: 'Not signed in',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  conflict: 'Not possible now',
  'too-many': 'Too many for now',
  unavailable: 'Not available now',
  internal: 'Something went wrong here',
};

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: readonly { field: string; problem: string }[];
}

/** HTTP status of an error. Fields of a well-formed body that are wrong are 422 for forms and 400 for the API. */
export function statusOf(error: AppError): number {
  return statuses[error.code];
}

/** Anything thrown, as an `AppError`: what nobody foresaw becomes `internal` and keeps its words to the log. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const cause = asError(thrown) as Error & { type?: string; status?: number };
  // body-parser's own refusals carry a type; their messages repeat the body, so ours are used.
  if (cause.type === 'entity.too.large')
    return new AppError('invalid', 'The body is larger than 64 KB: send many signatures as application/x-ndjson.', {
      cause,
    });
  if (cause.type === 'entity.parse.failed')
    return new AppError('invalid', 'The body is not valid JSON: check it with a JSON parser.', { cause });
  if (cause.status !== undefined && cause.status >= 400 && cause.status < 500)
    return new AppError('invalid', 'The request cannot be read: check its encoding and length.', { cause });
  if (isOutage(cause))
    return new AppError(
      'unavailable',
      'The database cannot write at this moment: nothing was accepted, send it again.',
      { retryAfter: 5, cause },
    );
  return new AppError('internal', 'Nothing was accepted. The operators can see what happened; try again later.', {
    cause,
  });
}

/** The problem document of an error. */
export function toProblem(error: AppError): Problem {
  const errors = error.fields.length > 0 ? { errors: error.fields } : {};
  return {
    type: `https://todoke.example/problems/${error.code}`,
    title: titles[error.code],
    status: statusOf(error),
    detail: error.message,
    ...errors,
  };
}

export function sendProblem(response: Response, error: AppError): void {
  if (error.retryAfter !== undefined) response.set('Retry-After', String(error.retryAfter));
  response
    .status(statusOf(error))
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(error)));
}

/** The last handler: answers with a problem and logs what is ours to mend. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = toAppError(thrown);
    if (error.code === 'internal')
      log.error(
        {
          route: request.route?.path,
          reason: error.cause === undefined ? error.message : asError(error.cause).message,
          stack: asError(error.cause).stack,
        },
        'a request failed',
      );
    if (response.headersSent) return next(error);
    sendProblem(response, error);
  };
}
