/** todoke: letters queued in MariaDB, released, signed, sent by one mailer on BullMQ, and written down as accepted. */
import { startFleet, type Fleet } from '../fleet.ts';
import { acceptedTimes, countAccepted, lettersByState, queueLetters } from '../queued-letters.ts';
import { arrived, type Side, type Track } from './side.ts';

export interface TodokeSide extends Side {
  fleet: Fleet;
}

export async function startTodoke(track: Track, size: Pick<Side, 'letters' | 'warm'>): Promise<TodokeSide> {
  const { bench, connections, id } = track;
  const { sql } = bench.place;
  const fleet = await startFleet(bench, {
    campaigns: 1,
    mailers: 1,
    smtpPort: track.port,
    connections,
    name: `letters-${id}`,
  });
  let first = await countAccepted(sql);
  return {
    ...size,
    id: 'todoke',
    label: 'todoke, one mailer, signed',
    short: 'todoke',
    fleet,
    async send(count) {
      const before = first;
      first += count;
      await queueLetters(sql, { first: before, count, campaigns: 1 });
      await arrived(track, count, () => lettersByState(sql));
      while ((await countAccepted(sql)) < first) await new Promise((resolve) => setTimeout(resolve, 50));
      return acceptedTimes(sql, before);
    },
    close: fleet.stop,
  };
}
