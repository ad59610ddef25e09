/** The one error that crosses stages: a machine code and a sentence that is safe to show to anybody. */

export type ErrorCode =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'too-many' | 'unavailable' | 'internal';

/** One thing wrong with one input field: which, what is wrong, and how to mend it. */
export interface FieldProblem {
  /** Path of the field as the sender wrote it, for example `consents.send`. */
  field: string;
  /** What is wrong and what to do, in one sentence without the offending value. */
  problem: string;
}

interface AppErrorDetails {
  fields?: readonly FieldProblem[];
  /** Seconds after which trying again makes sense (`unavailable` and `too-many`). */
  retryAfter?: number;
  cause?: unknown;
}

/**
 * An expected refusal. `message` must hold no personal data and tell its reader what to do.
 * HTTP numbers live in `web/problem.ts`, exit codes in `cli/`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldProblem[];
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAfter = details.retryAfter;
  }
}

/** Turns whatever was thrown into an `Error`, so that a catch block can rely on `message`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
