/** Waiting in the demo: asks again until the answer is there, and says what it waited for when it never comes. */
import { AppError } from '../../errors.ts';

/** Resolves with the first answer that is neither false nor undefined; throws after `seconds`. */
export async function waitUntil<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 45): Promise<T> {
  const tries = seconds * 20;
  for (let n = 0; n < tries; n += 1) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new AppError('internal', `waited ${seconds} seconds in vain until ${what}`);
}
