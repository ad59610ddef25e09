/** Every trouble and every report ever heard about a letter, in the one normal form. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, flag, id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Attribution, Evidence, OutcomeClass, OutcomeTrust } from './outcome.ts';

export interface OutcomeRow {
  id: string;
  letterId: string;
  target: string;
  /** Only to count distinct ones; never shown. */
  signerDomain: string;
  at: Instant;
  trust: OutcomeTrust;
  stage: Evidence['stage'];
  code: number | null;
  enhanced: string | null;
  text: string;
  class: OutcomeClass;
  attribution: Attribution | null;
  rule: string;
  /** Whether the letter held words of the signer's own. */
  ownWords: boolean;
  /** The attempt or the returned mail it came from. */
  cause: string;
}

export const outcomeTable = new EntitySchema<OutcomeRow>({
  name: 'outcome',
  columns: {
    id: primary(id),
    letterId: id,
    target: word(80),
    signerDomain: word(255),
    at: instant,
    trust: word(20),
    stage: word(10),
    code: optional(count),
    enhanced: optional(word(12)),
    text: word(1000),
    class: word(20),
    attribution: optional(word(10)),
    rule: word(80),
    ownWords: flag,
    cause: id,
  },
});
