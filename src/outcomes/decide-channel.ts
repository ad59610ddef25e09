/** Whether what was heard changes how a target is reached: a pure function of attributed outcomes. */
import { day, hour, type Instant } from '../clock.ts';
import type { Channel, ChannelMode } from '../outbox/channel-table.ts';
import type { Decision } from './decision.ts';
import { judgeProbe, probeLimits } from './judge-probe.ts';
import { counts, wordsInOrder, type Heard, type HeardOutcome } from './heard.ts';
import { enough, weighLetters, type Weight } from './weigh-letters.ts';

/** The limits beside the test of `weigh-letters.ts`. */
export const limits = {
  /** Whatever the weights say: one domain, and so one letter or one report, never shuts a channel. */
  domains: 2,
  /** The weight of one refusal that nothing but a shut door or an accident explains. */
  noticed: 4,
  /** A mailbox full for this long is closed in effect. A weekend is shorter, and so is a night. */
  full: { letters: 3, domains: 3, for: 3 * day },
  /** Too-fast replies within an hour before the pace is cut. */
  rate: 3,
  /** Letters that must get through before a slowed or probed channel is trusted again. */
  calm: { slowed: 5, probing: probeLimits.letters },
  probePatience: probeLimits.patience,
  probeQuiet: probeLimits.quiet,
} as const;

/** Gives the switch to make, or undefined to stay. */
export function decideChannel(channel: Channel, heard: Heard, now: Instant): Decision | undefined {
  if (channel.mode === 'probing') return judgeProbe(channel, heard, now);
  if (channel.mode === 'hand')
    return channel.probeAt !== null && channel.probeAt <= now
      ? plain('probing', 'probe-due', 'The wait is over: real letters try the mailbox again.')
      : undefined;
  const counted = heard.outcomes.filter((outcome) => outcome.sentAt >= heard.openSince && counts(outcome));
  const full = counted.filter((outcome) => outcome.attribution === 'full');
  const weight = counted.length === full.length ? nothing : weighLetters(wordsInOrder(heard), now);
  return (
    shutByWeight(weight) ??
    shutAsFull(full, heard, now) ??
    (channel.mode === 'mail'
      ? slow(channel, weight, full, heard, now)
      : recover(channel, [...weight.refusals, ...full], heard, now))
  );
}

const nothing: Weight = { sum: 0, refusals: [], through: 0 };

function plain(to: ChannelMode, rule: string, reason: string, evidence: readonly HeardOutcome[] = []): Decision {
  return { to, rule, reason, confidence: 1, evidence, accepted: 0 };
}

/** No more is claimed than eight decimals. */
const digits = 1e8;

function shutByWeight({ sum, refusals, through }: Weight): Decision | undefined {
  const domains = distinctDomains(refusals);
  if (sum < enough || domains < limits.domains) return undefined;
  const dead = refusals.filter((outcome) => outcome.attribution === 'dead').length;
  const cause = dead * 2 > refusals.length ? 'dead' : 'blocked';
  const what = cause === 'dead' ? 'The mailbox does not exist any more' : 'The target refuses the letters';
  return {
    to: 'hand',
    rule: `${cause}-by-sequential-test`,
    reason: sentence(what, refusals.length, domains, through),
    confidence: Math.floor((1 - Math.exp(-sum)) * digits) / digits,
    evidence: refusals,
    accepted: through,
  };
}

function shutAsFull(full: readonly HeardOutcome[], heard: Heard, now: Instant): Decision | undefined {
  const { fullSince } = heard;
  if (fullSince === undefined || now - fullSince < limits.full.for) return undefined;
  const letters = new Set(full.map(({ letterId }) => letterId)).size;
  const domains = distinctDomains(full);
  if (letters < limits.full.letters || domains < limits.full.domains) return undefined;
  const reason = sentence('The mailbox has been full for days', letters, domains, 0);
  return plain('hand', 'full-for-days', reason, full);
}

function distinctDomains(outcomes: readonly HeardOutcome[]): number {
  return new Set(outcomes.map(({ signerDomain }) => signerDomain)).size;
}

function sentence(what: string, letters: number, domains: number, through: number): string {
  return `${what}: ${letters} letters from ${domains} different mail domains were turned away since the first refusal, ${through} got through.`;
}

function slow(
  channel: Channel,
  { sum, refusals }: Weight,
  full: readonly HeardOutcome[],
  heard: Heard,
  now: Instant,
): Decision | undefined {
  // Letters of a signer domain that is known to be in trouble by itself weigh nothing.
  const noticed = sum >= limits.noticed ? [...refusals, ...full] : full;
  const recent = noticed.filter(({ at }) => at >= channel.since);
  // One report alone never changes anything: it takes our own ears or a second signer domain.
  if (recent.some(({ trust }) => trust === 'session') || (recent.length > 0 && distinctDomains(noticed) > 1)) {
    const reason = 'A first letter was turned away: fewer letters leave until it is clear why.';
    return plain('slowed', 'first-refusal', reason, noticed);
  }
  const latest = Math.max(channel.since, now - hour);
  const fast = heard.outcomes.filter((outcome) => outcome.class === 'rate' && outcome.at >= latest);
  if (fast.length < limits.rate) return undefined;
  return plain('slowed', 'rate-replies', 'The server says it is too fast: fewer letters leave.', fast);
}

/** Letters that left after the latest refusal, and that have had time to come back where refusals come by report. */
function recover(
  channel: Channel,
  refusals: readonly HeardOutcome[],
  heard: Heard,
  now: Instant,
): Decision | undefined {
  const latest = Math.max(channel.since, ...refusals.map(({ sentAt }) => sentAt));
  const quiet = refusals.some(({ trust }) => trust !== 'session') ? limits.probeQuiet : 0;
  const accepted = heard.through.filter(({ at }) => at > latest && at <= now - quiet).length;
  if (accepted < limits.calm.slowed) return undefined;
  const reason = `${accepted} letters got through since: full pace again.`;
  return { ...plain('mail', 'calm-again', reason), accepted };
}
