/** Whether what was heard changes how a target is reached: a pure function of attributed outcomes. */
import { day, hour, type Instant } from '../clock.ts';
import type { Channel, ChannelMode } from '../outbox/channel-table.ts';
import type { OutcomeRow } from './outcome-table.ts';

/** What speaks about one target since its channel last changed. */
export interface Heard {
  outcomes: readonly OutcomeRow[];
  /** When letters were accepted that did not come back. */
  acceptedAt: readonly Instant[];
}

export interface Decision {
  to: ChannelMode;
  rule: string;
  reason: string;
  /** 1 − 0.1^(signer domains): how sure, if one refusal in ten were an accident of its own letter. */
  confidence: number;
  evidence: readonly OutcomeRow[];
  /** Letters that got through in the same time. */
  accepted: number;
}

/**
 * The limits of the rule. A bounce is not a block: only `dead`, `blocked` and `full` count, once per letter,
 * and only from several signers' domains. Reports alone need one letter more, since nobody saw the reply.
 */
export const limits = {
  blocked: { letters: 3, domains: 3 },
  dead: { letters: 2, domains: 2 },
  /** A mailbox full for this long is closed in effect; it often is a campaign's own success. */
  full: { letters: 3, domains: 3, for: 6 * hour },
  /** Extra letters and domains when every evidence came by report. */
  reportsOnly: 1,
  /** Of all letters since the first refusal, this share must have been refused. */
  share: 0.8,
  /** Too-fast replies within an hour before the pace is cut. */
  rate: 3,
  /** Letters that must get through before a slowed or probed channel is trusted again. */
  calm: { slowed: 5, probing: 2 },
  /** Probes that lead to no verdict for this long have failed. */
  probePatience: day,
  /** A probe is believed when no report came back for this long. */
  probeQuiet: hour,
} as const;

const counted = new Set(['dead', 'blocked', 'full']);

/** Gives the switch to make, or undefined to stay. */
export function decideChannel(channel: Channel, heard: Heard, now: Instant): Decision | undefined {
  const since = heard.outcomes.filter(
    (outcome) =>
      outcome.at >= channel.since &&
      outcome.attribution !== null &&
      counted.has(outcome.attribution) &&
      // A filter may take offence at a signer's own words: that says nothing about the campaign's letter.
      !(outcome.class === 'content' && outcome.ownWords),
  );
  const refusals = [...new Map(since.map((outcome) => [outcome.letterId, outcome])).values()];
  switch (channel.mode) {
    case 'mail':
      return shut(channel, refusals, heard, now) ?? slow(channel, refusals, heard, now);
    case 'slowed':
      return shut(channel, refusals, heard, now) ?? recover(channel, refusals, heard);
    case 'probing':
      return judgeProbe(channel, refusals, heard, now);
    case 'hand':
      return channel.probeAt !== null && channel.probeAt <= now
        ? {
            to: 'probing',
            rule: 'probe-due',
            reason: 'The wait is over: real letters try the mailbox again.',
            confidence: 1,
            evidence: [],
            accepted: 0,
          }
        : undefined;
  }
}

function shut(channel: Channel, refusals: readonly OutcomeRow[], heard: Heard, now: Instant): Decision | undefined {
  for (const cause of ['dead', 'blocked', 'full'] as const) {
    const same = refusals.filter((outcome) => outcome.attribution === cause);
    const [first] = same.toSorted((a, b) => a.at - b.at);
    if (!first) continue;
    const extra = same.every((outcome) => outcome.trust !== 'session') ? limits.reportsOnly : 0;
    const domains = distinctDomains(same);
    if (same.length < limits[cause].letters + extra || domains < limits[cause].domains + extra) continue;
    if (cause === 'full' && now - first.at < limits.full.for) continue;
    const accepted = heard.acceptedAt.filter((at) => at >= Math.max(first.at, channel.since)).length;
    if (same.length / (same.length + accepted) < limits.share) continue;
    return {
      to: 'hand',
      rule: `${cause}-by-${limits[cause].domains}-domains`,
      reason: sentence(cause, same.length, domains, accepted),
      confidence: 1 - 0.1 ** domains,
      evidence: same,
      accepted,
    };
  }
  return undefined;
}

/** Distinct signer domains; those of erased signers are blank and count for nothing. */
function distinctDomains(outcomes: readonly OutcomeRow[]): number {
  return new Set(outcomes.map((outcome) => outcome.signerDomain).filter((domain) => domain !== '')).size;
}

function sentence(cause: 'dead' | 'blocked' | 'full', letters: number, domains: number, accepted: number): string {
  const what = {
    dead: 'The mailbox does not exist any more',
    blocked: 'The target refuses the letters',
    full: 'The mailbox has been full for hours',
  }[cause];
  return `${what}: ${letters} letters from ${domains} different mail domains were turned away since the first refusal, ${accepted} got through.`;
}

function slow(channel: Channel, refusals: readonly OutcomeRow[], heard: Heard, now: Instant): Decision | undefined {
  const fast = heard.outcomes.filter(
    (outcome) => outcome.class === 'rate' && outcome.at >= Math.max(channel.since, now - hour),
  );
  // One report alone never changes anything: it takes our own ears or a second signer domain.
  const heardOf = refusals.some((outcome) => outcome.trust === 'session') || distinctDomains(refusals) > 1;
  if (fast.length < limits.rate && !heardOf) return undefined;
  const evidence = heardOf ? refusals : fast;
  const reason = heardOf
    ? 'A first letter was turned away: fewer letters leave until it is clear why.'
    : 'The server says it is too fast: fewer letters leave.';
  return {
    to: 'slowed',
    rule: heardOf ? 'first-refusal' : 'rate-replies',
    reason,
    confidence: 1,
    evidence,
    accepted: 0,
  };
}

function recover(channel: Channel, refusals: readonly OutcomeRow[], heard: Heard): Decision | undefined {
  const latest = Math.max(channel.since, ...refusals.map((outcome) => outcome.at));
  const accepted = heard.acceptedAt.filter((at) => at > latest).length;
  if (accepted < limits.calm.slowed) return undefined;
  return {
    to: 'mail',
    rule: 'calm-again',
    reason: `${accepted} letters in a row got through: full pace again.`,
    confidence: 1,
    evidence: [],
    accepted,
  };
}

function judgeProbe(
  channel: Channel,
  refusals: readonly OutcomeRow[],
  heard: Heard,
  now: Instant,
): Decision | undefined {
  if (refusals.length > 0)
    return {
      to: 'hand',
      rule: 'probe-refused',
      reason: 'A letter that tried the mailbox again was turned away.',
      confidence: 1,
      evidence: refusals,
      accepted: 0,
    };
  const accepted = heard.acceptedAt.filter((at) => at >= channel.since && at <= now - limits.probeQuiet).length;
  const patient = now - channel.since < limits.probePatience;
  if (accepted < limits.calm.probing && patient) return undefined;
  if (accepted === 0) {
    const reason = 'The letters that tried the mailbox again came to no end within a day.';
    return { to: 'hand', rule: 'probe-without-end', reason, confidence: 1, evidence: [], accepted };
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

/** Wait before the next probe: one, six, then at most twenty-four times the first. */
export function probeWait(first: number, failedProbes: number): number {
  return Math.min(first * 6 ** failedProbes, Math.max(first, day));
}
