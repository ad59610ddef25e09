/** What became of the real letters that tried a shut mailbox again. */
import { day, hour, type Instant } from '../clock.ts';
import type { Channel } from '../outbox/channel-table.ts';
import type { Decision } from './decision.ts';
import { counts, type Heard } from './heard.ts';

export const probeLimits = {
  /** Letters that must get through before a probed channel is trusted again. */
  letters: 2,
  /** Probes that lead to no verdict for this long have failed. */
  patience: day,
  /** A probe is believed when no report came back for this long, or for as long as reports took before. */
  quiet: hour,
} as const;

/** One refused probe shuts the channel again; letters that left before it began say nothing about it. */
export function judgeProbe(channel: Channel, heard: Heard, now: Instant): Decision | undefined {
  const refusals = heard.outcomes.filter((outcome) => outcome.sentAt >= channel.since && counts(outcome));
  const stays = { to: 'hand', confidence: 1, accepted: 0 } as const;
  if (refusals.length > 0) {
    const reason = 'A letter that tried the mailbox again was turned away.';
    return { ...stays, rule: 'probe-refused', reason, evidence: refusals };
  }
  const quiet = quietFor(heard);
  const accepted = heard.through.filter(({ at }) => at >= channel.since && at <= now - quiet).length;
  if (accepted < probeLimits.letters && now - channel.since < probeLimits.patience) return undefined;
  if (accepted === 0) {
    const reason = 'The letters that tried the mailbox again came to no end within a day.';
    return { ...stays, rule: 'probe-without-end', reason, evidence: [] };
  }
  return {
    to: 'mail',
    rule: 'probes-accepted',
    reason: `Letters that tried the mailbox again got through (${accepted}): names on no sealed petition go by mail.`,
    confidence: 1,
    evidence: [],
    accepted,
  };
}

function quietFor({ outcomes }: Heard): number {
  const delays = outcomes.filter((outcome) => counts(outcome)).map(({ at, sentAt }) => at - sentAt);
  return Math.max(probeLimits.quiet, ...delays);
}
