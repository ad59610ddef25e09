/** What the descriptions of routes are made of. */
import { z } from 'zod';
import { problemAnswer } from './answers.ts';

/** Responses by status, as OpenAPI has them. */
type Responses = Record<
  `${1 | 2 | 3 | 4 | 5}${string}`,
  { description: string; content?: Record<string, { schema: z.ZodType }> }
>;

const problems: Record<number, string> = {
  400: 'Something in the request is wrong; `errors` names the fields.',
  401: 'No valid key: send one as `Authorization: Bearer …`.',
  403: 'A key without this scope or campaign.',
  404: 'Not there.',
  409: 'Not possible in the present state.',
  429: 'Too many from this network or for this address; `Retry-After` says when.',
  500: 'A mistake of ours; nothing was accepted.',
  503: 'Not possible now; `Retry-After` says when.',
};

/** The good answers of a route with the bad ones it shares with all. */
export function answers(good: Responses, ...bad: number[]): Responses {
  const problem = (status: number) =>
    [
      status,
      { description: problems[status] ?? '', content: { 'application/problem+json': { schema: problemAnswer } } },
    ] as const;
  return { ...good, ...Object.fromEntries([401, 403, ...bad, 500].map(problem)) };
}

export const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
export const body = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } });
export const file = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.string().meta({ format: 'binary' }) } },
});
export const path = (...names: string[]) => ({
  path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
});
