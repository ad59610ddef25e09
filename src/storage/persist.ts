/** Writing what must not be forgotten: tried again until the database takes it. */
import { asError } from '../errors.ts';

/**
 * Runs `write` until it succeeds, with growing pauses up to two seconds. Rejects with the last error when it
 * still fails after `patience` milliseconds. `failed` hears of every failure.
 */
export async function persist(
  write: () => Promise<void>,
  patience: number,
  failed: (error: Error) => void,
): Promise<void> {
  let pause = 20;
  let waited = 0;
  for (;;) {
    try {
      await write();
      return;
    } catch (thrown) {
      failed(asError(thrown));
      if (waited >= patience) throw thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    waited += pause;
    pause = Math.min(pause * 2, 2_000);
  }
}
