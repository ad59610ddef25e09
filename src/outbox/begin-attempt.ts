/** The row of an attempt as it is written before dialling. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Letter } from '../letters/letter.ts';
import type { Attempt } from './attempt-table.ts';

/** Numbers the attempt, raises the fence and notes a digest of what will be said. */
export function beginAttempt(clock: Clock, letter: Letter, identity: Attempt['identity'], message: Buffer): Attempt {
  return {
    id: newId(clock),
    letterId: letter.id,
    target: letter.target,
    number: letter.attempts + 1,
    fence: letter.fence + 1,
    startedAt: clock.now(),
    endedAt: null,
    identity,
    mailbox: letter.mailbox,
    messageDigest: createHash('sha256').update(message).digest('base64url'),
    verdict: null,
    stage: null,
    code: null,
    enhanced: null,
    reply: null,
  };
}
