/** A switch that is to be made, and what the channel is after it. */
import { day, type Instant } from '../clock.ts';
import type { Channel, ChannelMode } from '../outbox/channel-table.ts';
import type { HeardOutcome } from './heard.ts';

export interface Decision {
  to: ChannelMode;
  rule: string;
  reason: string;
  /** Of a shut channel: 1 − e^−weight, the surety of the sequential test. Otherwise 1. */
  confidence: number;
  evidence: readonly HeardOutcome[];
  /** Letters that got through in the same time. */
  accepted: number;
}

/** What staff shut, no probe reopens: an instant that never comes. */
export const onlyByStaff = Number.MAX_SAFE_INTEGER;

/** The channel after a switch. `by`: `rule`, or who decided; `probeAfter`: milliseconds before the first probe. */
export function channelAfter(
  channel: Channel,
  decision: Decision & { by: string },
  probeAfter: number,
  now: Instant,
): Channel {
  // What was heard up to this very moment must not undo what a person decides.
  const since = decision.by === 'rule' ? now : now + 1;
  const failed = channel.mode === 'probing' && decision.to === 'hand' ? channel.failedProbes + 1 : channel.failedProbes;
  const nextReleaseAt = decision.by === 'rule' ? channel.nextReleaseAt : Math.min(channel.nextReleaseAt, now);
  const next: Channel = {
    ...channel,
    nextReleaseAt,
    mode: decision.to,
    since,
    reason: decision.reason,
    failedProbes: failed,
  };
  // probeAt stays set after reopening until the pump has brought the waiting names back.
  if (decision.to !== 'hand') return next;
  return { ...next, probeAt: decision.by === 'rule' ? now + probeWait(probeAfter, failed) : onlyByStaff };
}

/** Wait before the next probe: one, six, then at most twenty-four times the first. */
export function probeWait(first: number, failedProbes: number): number {
  return Math.min(first * 6 ** failedProbes, Math.max(first, day));
}
