/** Answers a body that is larger than its route takes, in the words of that route. */
import type { ErrorRequestHandler } from 'express';
import { AppError, asError } from '../../errors.ts';

/** To be used behind the routes it speaks for. `sentence` says how much is taken, and what to do. */
export function sayTooLarge(sentence: string): ErrorRequestHandler {
  return (thrown: unknown, _request, _response, next) => {
    const cause = asError(thrown) as Error & { type?: string };
    next(cause.type === 'entity.too.large' ? new AppError('invalid', sentence, { cause }) : thrown);
  };
}
