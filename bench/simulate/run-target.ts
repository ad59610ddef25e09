/** One target through two weeks: letters leave, are answered, come back; the real decisions switch its channel. */
import { day, hour, minute, type Instant } from '../../src/clock.ts';
import { slowedPace, type Channel } from '../../src/outbox/channel-table.ts';
import { allowance } from '../../src/outbox/pace.ts';
import { decideChannel } from '../../src/outcomes/decide-channel.ts';
import { channelAfter } from '../../src/outcomes/decision.ts';
import { counts, wordsInOrder, type Heard, type HeardOutcome } from '../../src/outcomes/heard.ts';
import { probeLimits } from '../../src/outcomes/judge-probe.ts';
import { nextStep } from '../../src/outcomes/next-step.ts';
import { restUntil } from '../../src/outcomes/rest-target.ts';
import { weighLetters } from '../../src/outcomes/weigh-letters.ts';
import { createAgenda } from './agenda.ts';
import type { Chance } from './chance.ts';
import { understand } from './ears.ts';
import { domainOf, signingTimes } from './people.ts';
import type { Said, Script, World } from './world.ts';

export interface SimulatedLetter {
  id: string;
  domain: string;
  state: 'queued' | 'taken' | 'for_hand';
  identity: 'from' | 'reply-to' | null;
  attempts: number;
  firstAttemptAt: Instant | null;
  takenAt: Instant;
  /** The truth, which only the world knows. */
  arrived: boolean;
}

export interface Switch {
  at: Instant;
  from: Channel['mode'];
  to: Channel['mode'];
  rule: string;
  /** Letters first offered since the door shut, and reports that came since. */
  letters: number;
  reports: number;
}

export interface Story {
  letters: readonly SimulatedLetter[];
  switches: readonly Switch[];
  shut: ReturnType<Script['shut']>;
  end: Instant;
  /** What the letters weighed at each look: days since the start, natural logarithm. */
  weights: readonly [days: number, sum: number][];
}

export const settings = { perHour: 30, days: 14, afterwards: 6, probeAfter: hour, giveUpAfter: 5 * day } as const;
const pace = { perHour: settings.perHour, hours: { from: 0, to: 24 } };
const memory = 7 * day;
const mostHeard = 200;
const probeLetters = 2;
const start = Date.UTC(2020, 4, 29);

type Event =
  | { what: 'signed' | 'due'; letter: SimulatedLetter }
  | { what: 'report'; letter: SimulatedLetter; said: Said }
  | { what: 'forgery' }
  | { what: 'look' };

/** Plays one run. The same world and chance give the same story. */
export function runTarget(world: World, chance: Chance, isTraced = false): Story {
  const script = world.script(chance, start);
  const end = start + (settings.days + settings.afterwards) * day;
  const agenda = createAgenda<Event>();
  const letters: SimulatedLetter[] = [];
  const due: SimulatedLetter[] = [];
  const waiting: SimulatedLetter[] = [];
  const taken: SimulatedLetter[] = [];
  const outcomes: HeardOutcome[] = [];
  const switches: Switch[] = [];
  const weights: [number, number][] = [];
  let channel: Channel = {
    target: 'target',
    mode: 'mail',
    since: 0,
    reason: '',
    nextReleaseAt: 0,
    probeAt: null,
    failedProbes: 0,
  };
  let [pausedUntil, strikes] = [0, 0];
  let [openSince, offered, offeredSinceShut, reportsSinceShut, lookAt] = [0, 0, 0, 0, Infinity];

  for (const at of signingTimes(chance, start, settings.days)) {
    const letter: SimulatedLetter = {
      id: `l${letters.length}`,
      domain: domainOf(chance),
      state: 'queued',
      identity: null,
      attempts: 0,
      firstAttemptAt: null,
      takenAt: 0,
      arrived: false,
    };
    letters.push(letter);
    agenda.add(at, { what: 'signed', letter });
  }
  if (script.forgery) agenda.add(script.forgery.at, { what: 'forgery' });

  for (let now = agenda.next(); now < end; now = agenda.next()) {
    const event = agenda.take();
    if (!event) break;
    switch (event.what) {
      case 'signed':
      case 'due':
        due.push(event.letter);
        break;
      case 'report':
        hearReport(event.letter, event.said, now);
        break;
      case 'forgery':
        forge(now);
        break;
      case 'look':
        lookAt = Infinity;
        if (channel.mode !== 'mail') review(now);
        break;
    }
    release(now);
    lookAgain(now);
  }
  return { letters, switches, shut: script.shut(), end, weights };

  function release(now: Instant): void {
    if (channel.mode === 'hand') {
      for (const letter of due.splice(0)) toHand(letter);
      return;
    }
    const perHour = channel.mode === 'mail' ? pace.perHour : slowedPace(pace.perHour);
    while (due.length > 0 && (channel.mode as string) !== 'hand') {
      const allowed = allowance({ ...pace, perHour }, now, channel.nextReleaseAt, 'Asia/Tokyo');
      if (
        pausedUntil > now ||
        allowed.letters === 0 ||
        (channel.mode === 'probing' && probesUnderWay() >= probeLetters)
      )
        return;
      const letter = due.shift();
      channel = { ...channel, nextReleaseAt: allowed.after(1) };
      if (letter) attempt(letter, now);
    }
  }

  function probesUnderWay(): number {
    let under = 0;
    for (let at = taken.length - 1; at >= 0 && (taken[at]?.takenAt ?? 0) >= channel.since; at -= 1)
      if (taken[at]?.state === 'taken') under += 1;
    return under;
  }

  function attempt(letter: SimulatedLetter, now: Instant): void {
    const identity = (letter.identity ??= world.identity);
    letter.attempts += 1;
    const isFirst = letter.firstAttemptAt === null;
    letter.firstAttemptAt ??= now;
    const visit = { now, nth: offered, tries: letter.attempts - 1, domain: letter.domain, identity };
    const answer = script.answer(visit);
    if (isFirst) offered += 1;
    const shut = script.shut();
    if (shut && now >= shut.from && now < shut.until && isFirst) offeredSinceShut += 1;
    if (answer.taken) {
      letter.state = 'taken';
      letter.takenAt = now;
      letter.arrived = answer.arrives;
      taken.push(letter);
      strikes = 0;
      if (answer.report) agenda.add(now + answer.report.after, { what: 'report', letter, said: answer.report.said });
      if (channel.mode !== 'mail') review(now);
      return;
    }
    const permanent = (answer.said.code ?? 400) >= 500;
    goOn(letter, answer.said, permanent, now);
    review(now);
  }

  function goOn(letter: SimulatedLetter, said: Said, permanent: boolean, now: Instant): void {
    const found = understand(said, letter.identity ?? 'reply-to', letter.domain);
    outcomes.push({
      id: `o${outcomes.length}`,
      letterId: letter.id,
      target: channel.target,
      signerDomain: letter.domain,
      at: now,
      sentAt: said.stage === 'async' ? letter.takenAt : now,
      trust: said.stage === 'async' ? 'report-signed-path' : 'session',
      stage: said.stage,
      code: said.code ?? null,
      enhanced: null,
      text: '',
      class: found.class,
      attribution: found.attribution ?? null,
      rule: found.rule,
      ownWords: false,
      cause: '',
    });
    if (said.stage !== 'async' && (found.class === 'our-config' || found.class === 'our-reputation')) {
      // As the site's own breaker does: a minute, doubled up to an hour.
      pausedUntil = now + Math.min(minute * 2 ** strikes, hour);
      strikes += 1;
    }
    const { giveUpAfter } = settings;
    const next = nextStep({ letter, classification: found, permanent, now, giveUpAfter, random: chance.next });
    if (next.to === 'for_hand') return toHand(letter);
    letter.state = 'queued';
    letter.identity = next.identity;
    agenda.add(Math.max(next.dueAt, now), { what: 'due', letter });
  }

  function hearReport(letter: SimulatedLetter, said: Said, now: Instant): void {
    if (letter.state !== 'taken') return;
    const shut = script.shut();
    if (shut && letter.takenAt >= shut.from) reportsSinceShut += 1;
    goOn(letter, said, true, now);
    review(now);
  }

  /** The letters arrived; their reports did not come from the target. */
  function forge(now: Instant): void {
    const { share = 0, stack = 0, said } = script.forgery ?? {};
    const yesterday = taken.findIndex(({ takenAt }) => takenAt >= now - day);
    const leaked = taken.filter(
      ({ state, takenAt }, at) =>
        state === 'taken' &&
        takenAt >= now - 5 * day &&
        takenAt < now - hour &&
        (chance.next() < share || (at >= yesterday && at < yesterday + stack)),
    );
    for (const letter of leaked) if (said) agenda.add(now + chance.between(0, hour), { what: 'report', letter, said });
  }

  function toHand(letter: SimulatedLetter): void {
    letter.state = 'for_hand';
    waiting.push(letter);
  }

  function hear(now: Instant): Heard {
    const since = now - memory;
    let first = outcomes.length;
    while (first > 0 && outcomes.length - first < mostHeard && (outcomes[first - 1]?.at ?? 0) >= since) first -= 1;
    const heard = outcomes.slice(first);
    const speaking = heard.filter((outcome) => outcome.sentAt >= openSince && counts(outcome));
    if (channel.mode === 'mail' && speaking.length === 0 && !heard.some((outcome) => outcome.class === 'rate'))
      return { openSince, outcomes: heard, through: [] };
    const earliest = speaking.reduce((least, { sentAt }) => Math.min(least, sentAt), since);
    const through: { letterId: string; signerDomain: string; at: Instant }[] = [];
    for (let at = taken.length - 1; at >= 0 && through.length < mostHeard; at -= 1) {
      const letter = taken[at];
      if (!letter || letter.takenAt < Math.max(openSince, earliest)) break;
      if (letter.state === 'taken')
        through.push({ letterId: letter.id, signerDomain: letter.domain, at: letter.takenAt });
    }
    const quiet = through.find(({ at }) => at <= now - probeLimits.quiet)?.at ?? 0;
    const from = Math.max(openSince, quiet);
    const fullSince = outcomes.find(({ at, attribution }) => at >= from && attribution === 'full')?.at;
    return { openSince, outcomes: heard, through, fullSince };
  }

  function review(now: Instant): void {
    const heard = hear(now);
    if (isTraced) weights.push([(now - start) / day, weighLetters(wordsInOrder(heard), now).sum]);
    const decision = decideChannel(channel, heard, now);
    const sends = channel.mode === 'mail' || channel.mode === 'slowed';
    const rest = sends ? restUntil(heard, pace.perHour, now) : 0;
    if (decision?.to === 'probing' && waiting.length === 0) return;
    if (decision) {
      const { mode } = channel;
      switches.push({
        at: now,
        from: mode,
        to: decision.to,
        rule: decision.rule,
        letters: offeredSinceShut,
        reports: reportsSinceShut,
      });
      channel = channelAfter(channel, { ...decision, by: 'rule' }, settings.probeAfter, now);
      if (mode === 'hand' || mode === 'probing') openSince = now;
      if (decision.to === 'probing') comeBack(waiting.splice(0, probeLetters), now);
      if (decision.to === 'mail' && mode === 'probing') {
        comeBack(waiting.splice(0), now);
        channel = { ...channel, failedProbes: 0, probeAt: null };
      }
    }
    channel = { ...channel, nextReleaseAt: Math.max(channel.nextReleaseAt, rest) };
  }

  function comeBack(some: readonly SimulatedLetter[], now: Instant): void {
    for (const letter of some) {
      letter.state = 'queued';
      agenda.add(now, { what: 'due', letter });
    }
  }

  /** The service looks every ten seconds; here only when a look can change something. */
  function lookAgain(now: Instant): void {
    let next = Infinity;
    if (due.length > 0 && (channel.mode === 'mail' || channel.mode === 'slowed'))
      next = Math.max(channel.nextReleaseAt, pausedUntil, now + 1);
    if (channel.mode === 'hand' && waiting.length > 0 && channel.probeAt !== null)
      next = Math.min(next, Math.max(channel.probeAt, now + minute));
    if (channel.mode === 'probing' || channel.mode === 'slowed') next = Math.min(next, now + 30 * minute);
    if (next >= lookAt) return;
    lookAt = next;
    agenda.add(next, { what: 'look' });
  }
}
