/** Statements that write signatures, events, letters and outcomes by the million. */
import { day } from '../../src/clock.ts';

export interface Filling {
  campaign: string;
  version: string;
  language: string;
  target: string;
  letters: number;
  /** Letters are due around this instant. */
  now: number;
}

/** What is filled: without their indexes first, which are quicker made of all rows at once. */
export const filledTables = ['signature', 'intake_event', 'letter', 'outcome'];

/** How an engine says it. */
export interface Dialect {
  /** A table expression `s` with the numbers in its column `seq`. */
  numbers: string;
  /** An id of 16 characters. */
  padded(letter: string): string;
  join(...parts: string[]): string;
}

/** Half of the letters are queued. */
export function insertions(filling: Filling, { numbers, padded, join }: Dialect): string[] {
  const { campaign, version, language, target, letters, now } = filling;
  // A tenth was accepted, a fifth delivered, a fifth waits for paper.
  const state = `case when seq % 10 < 5 then 'queued' when seq % 10 < 6 then 'accepted' when seq % 10 < 8 then 'delivered' else 'for_hand' end`;
  const at = `${now} - ${letters} + seq`;
  // The accepted ones wait longer than a test does.
  const due = `case when seq % 10 = 5 then ${now + 10 * day} + seq else ${at} end`;
  return [
    `insert into signature (id, campaign, campaign_version, source, person_key, name, email, language, consents, signed_at, accepted_at)
     select ${padded('s')}, '${campaign}', '${version}', 'test', ${padded('k')}, ${join(`'Name '`, 'seq')}, ${join(`'s'`, 'seq', `'@mail'`, '(seq % 12)', `'.example'`)}, '${language}', '[]', ${at}, ${at} from ${numbers}`,
    `insert into intake_event (id, event_key, contents, signature_id, is_repeat, received_at)
     select ${padded('s')}, ${padded('k')}, 'c', ${padded('s')}, 0, ${at} from ${numbers}`,
    `insert into letter (id, signature_id, campaign, campaign_version, target, language, signer_domain, state, state_since, moves, created_at, due_at, attempts, doubts, fence, own_words, accepted_at)
     select ${padded('l')}, ${padded('s')}, '${campaign}', '${version}', '${target}', '${language}', 'mail.example', ${state}, ${at}, 1, ${at}, ${due}, 0, 0, 0, 0,
       case when seq % 10 in (5, 6, 7) then ${at} else null end from ${numbers}`,
    `insert into outcome (id, letter_id, target, signer_domain, at, trust, stage, text, class, rule, own_words, cause)
     select ${padded('o')}, ${padded('l')}, '${target}', 'mail.example', ${at}, 'session', 'rcpt', '', 'deferred', 'r', 0, ${padded('l')} from ${numbers} where seq % 5 = 0`,
  ];
}
