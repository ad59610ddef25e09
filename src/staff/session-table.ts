/** Sessions of the console: one row for each browser that is signed in. The token itself is only in its cookie. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, optional, primary, word } from '../storage/columns.ts';

export interface StaffSession {
  id: string;
  staffId: string;
  /** SHA-256 of the token. */
  hash: string;
  /** `password`: the second factor is still to come, and nothing else may be done. */
  stage: 'password' | 'full';
  createdAt: Instant;
  seenAt: Instant;
  /** However much it is used. */
  endsAt: Instant;
  /** What the browser calls itself, for the list of one's own sessions. */
  agent: string;
  /** What the next page says once, after something was done. */
  notice: string | null;
}

export const sessionTable = new EntitySchema<StaffSession>({
  name: 'staff_session',
  columns: {
    id: primary(id),
    staffId: id,
    hash: word(43),
    stage: word(10),
    createdAt: instant,
    seenAt: instant,
    endsAt: instant,
    agent: word(200),
    notice: optional(word(400)),
  },
});
