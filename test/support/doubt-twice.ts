/** The road of a letter whose server drops the line after every final dot: two doubts, then paper. */
import { minute } from '../../src/clock.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import type { TestApp } from './start-app.ts';
import { waitFor } from './wait-for.ts';

/** Signs once at an embassy that drops after the dot, and waits until the letter is for the petition. */
export async function doubtTwice(app: TestApp): Promise<void> {
  await app.sign(1);
  await app.until({ in_doubt: 1 });
  app.clock.move(31 * minute);
  await waitFor(
    () => app.database.read.count(attemptTable),
    (n) => n === 2,
    'a second attempt',
  );
  await app.until({ in_doubt: 1 });
  app.clock.move(31 * minute);
  await app.until({ for_hand: 1 });
}
