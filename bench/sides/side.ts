/** One side of the race: something that brings letters to the sink. */
import type { Child } from '../child.ts';
import type { sink } from '../parts/sink.ts';
import type { Bench } from '../scenario.ts';

export interface Side {
  id: string;
  label: string;
  /** Its name in a ratio. */
  short: string;
  /** Letters of one round, and how many of them are warming up. */
  letters: number;
  warm: number;
  /** Sends so many letters; gives when each was done, in milliseconds since 1970. */
  send(count: number): Promise<readonly number[]>;
  /** For a relay: letters a second of the last round with the time that taking them into its queue took. */
  withTaking?(): number;
  close(): Promise<void>;
}

/** Where all sides of a race send to, and what they may use. */
export interface Track {
  bench: Bench;
  sink: Child<typeof sink>;
  port: number;
  connections: number;
  /** Folder of the campaign whose letter is sent. */
  campaigns: string;
  /** Tells folders and names of this track from those of another. */
  id: string;
}

/** Waits until the sink has taken so many; throws with what is known when they do not come. */
export async function arrived(track: Track, mails: number, known: () => Promise<string>): Promise<void> {
  try {
    await track.sink.ask('until', mails);
  } catch (cause) {
    const seen = await track.sink.ask('numbers');
    throw new Error(`${seen.mails} of ${mails} letters came (${await known()})`, { cause });
  }
}
