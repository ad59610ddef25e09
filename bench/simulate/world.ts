/** What a world of the simulation is: how a target answers its letters, and what is true about it. */
import type { Instant } from '../../src/clock.ts';
import type { Evidence } from '../../src/outcomes/outcome.ts';
import type { Chance } from './chance.ts';

export interface Visit {
  now: Instant;
  /** Letters of this run that were offered for the first time before this one. */
  nth: number;
  /** Earlier tries of this letter. */
  tries: number;
  domain: string;
  identity: 'from' | 'reply-to';
}

/** Words in a conversation, or in a report; `code` undefined: no conversation at all. */
export interface Said {
  stage: Evidence['stage'];
  code: number | undefined;
  text: string;
}

export type Answer =
  | { taken: false; said: Said }
  /** `arrives`: somebody can read it. `report`: what comes back, and after how long. */
  | { taken: true; arrives: boolean; report?: { after: number; said: Said }; autoReply?: boolean };

/** The time in which letters do not arrive, although nobody here is at fault. */
export interface Shut {
  from: Instant;
  until: Instant;
}

export interface Script {
  answer(visit: Visit): Answer;
  /** Filled by the script when the door shuts; undefined: it never does. */
  shut(): Shut | undefined;
  /** Reports that somebody makes up, about letters that arrived: when, and how many of the last days' letters. */
  forgery?: { at: Instant; share: number; stack: number; said: Said };
}

export interface World {
  id: string;
  title: string;
  /** One sentence for the page. */
  about: string;
  /** Whether mail can arrive all the time, so that every shut channel is a mistake. */
  innocent: boolean;
  /** Signers stand in From. */
  identity: 'from' | 'reply-to';
  script(chance: Chance, start: Instant): Script;
}
