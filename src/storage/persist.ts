/** Writing what must not be forgotten: tried again until the database takes it. */
import { asError } from '../errors.ts';

interface Persistence {
  /** Asked after every failure: whether it is worth another try. */
  goOn: () => boolean;
  /** Hears of every failure. */
  failed: (error: Error) => void;
}

/** Runs `write` until it succeeds, with growing pauses up to two seconds. Rejects with its last error. */
export async function persist(write: () => Promise<void>, { goOn, failed }: Persistence): Promise<void> {
  for (let pause = 20; ; pause = Math.min(pause * 2, 2_000)) {
    try {
      await write();
      return;
    } catch (thrown) {
      failed(asError(thrown));
      if (!goOn()) throw thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
