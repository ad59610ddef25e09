import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import type { Channel, ChannelMode } from '../../src/outbox/channel-table.ts';
import { decideChannel, limits } from '../../src/outcomes/decide-channel.ts';
import { probeWait } from '../../src/outcomes/decision.ts';
import type { HeardOutcome } from '../../src/outcomes/heard.ts';
import type { Attribution } from '../../src/outcomes/outcome.ts';

const start = Date.UTC(2020, 5, 15);

const channel = (mode: ChannelMode, changes: Partial<Channel> = {}): Channel => ({
  target: 't',
  mode,
  since: start,
  reason: '',
  nextReleaseAt: 0,
  probeAt: null,
  failedProbes: 0,
  ...changes,
});

function outcome(n: number, attribution: Attribution | null, changes: Partial<HeardOutcome> = {}): HeardOutcome {
  return {
    id: `o${n}`,
    letterId: `l${n}`,
    target: 't',
    signerDomain: `mail${n}.example`,
    at: start + n * minute,
    trust: 'session',
    stage: 'dot',
    code: 550,
    enhanced: '5.7.1',
    text: '',
    class: 'target-block',
    attribution,
    rule: 'r',
    ownWords: false,
    cause: `a${n}`,
    sentAt: changes.at ?? start + n * minute,
    ...changes,
  };
}

/** Letters of as many domains that got through at these times. */
const letters = (acceptedAt: number[]) =>
  acceptedAt.map((at, n) => ({ letterId: `t${n}`, signerDomain: `through${n}.example`, at }));

const decide = (
  mode: ChannelMode,
  outcomes: HeardOutcome[],
  acceptedAt: number[] = [],
  now = start + day,
  fullSince?: number,
) => decideChannel(channel(mode), { openSince: start, outcomes, through: letters(acceptedAt), fullSince }, now);

const report = { trust: 'report-signed-path', stage: 'async' } as const;

describe('what shuts a channel', () => {
  test('four letters from four domains, refused by policy in session, and not three', () => {
    const refused = (n: number) => Array.from({ length: n }, (_, i) => outcome(i, 'blocked'));
    expect(decide('slowed', refused(3))).toBeUndefined();
    const shut = decide('slowed', refused(4));
    expect(shut).toMatchObject({ to: 'hand', rule: 'blocked-by-sequential-test', accepted: 0 });
    expect(shut?.evidence).toHaveLength(4);
    expect(shut?.confidence).toBeGreaterThan(1 - 1e-7);
    expect(shut?.reason).toMatch(/4 letters from 4 different mail domains/);
  });

  test('four letters from three domains: the second of a domain weighs less, and still something', () => {
    const refused = [1, 2, 3, 3].map((domain, n) => outcome(n, 'blocked', { signerDomain: `mail${domain}.example` }));
    expect(decide('slowed', refused)).toMatchObject({ to: 'hand' });
  });

  test('two letters to a mailbox that does not exist, by report three', () => {
    const dead = (n: number, how = {}) => Array.from({ length: n }, (_, i) => outcome(i, 'dead', how));
    expect(decide('slowed', dead(2))).toMatchObject({ to: 'hand', rule: 'dead-by-sequential-test' });
    expect(decide('slowed', dead(2, report))).toBeUndefined();
    expect(decide('slowed', dead(3, report))).toMatchObject({ to: 'hand' });
  });

  test('a mailbox full for three days, not for a weekend', () => {
    const full = [1, 2, 3].map((n) => outcome(n, 'full'));
    expect(decide('slowed', full, [], start + 65 * hour, start)).toBeUndefined();
    expect(decide('slowed', full, [], start + 3 * day, start)).toMatchObject({ to: 'hand', rule: 'full-for-days' });
    expect(decide('slowed', full, [], start + 3 * day, start + 2 * day)).toBeUndefined();
  });

  test('four reports, not three, even while letters that left a moment ago are still quiet', () => {
    const reports = (count: number) =>
      Array.from({ length: count }, (_, n) => outcome(n, 'blocked', { ...report, at: start + (n + 5) * minute }));
    expect(decide('slowed', reports(3))).toBeUndefined();
    expect(decide('slowed', reports(4))).toMatchObject({ to: 'hand' });
    const justLeft = [start + 8 * minute, start + 9 * minute];
    expect(decide('slowed', reports(4), justLeft, start + 10 * minute)).toMatchObject({ to: 'hand' });
    expect(decide('slowed', reports(4), justLeft, start + day)).toBeUndefined();
  });
});

describe('what never shuts a channel', () => {
  test('one outcome, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Attribution>('dead', 'blocked', 'full'),
        fc.constantFrom('session', 'report-signed-path'),
        fc.constantFrom<ChannelMode>('mail', 'slowed'),
        (attribution, trust, mode) => {
          const heard = [outcome(1, attribution, { trust: trust as HeardOutcome['trust'] })];
          const decision = decide(mode, heard, [], start + 30 * day, start);
          expect(decision?.to).not.toBe('hand');
        },
      ),
    );
  });

  test('any number of failures of the signer, of ours, or of passing trouble', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<Attribution | null>('signer', 'ours', 'passing', null), { maxLength: 300 }),
        (attributions) => {
          expect(
            decide(
              'slowed',
              attributions.map((attribution, n) => outcome(n, attribution)),
            ),
          ).toBeUndefined();
        },
      ),
    );
  });

  test('any number of refusals of one signer domain', () => {
    const same = Array.from({ length: 200 }, (_, n) => outcome(n, 'blocked', { signerDomain: 'yahoo.example' }));
    expect(decide('slowed', same)).toBeUndefined();
  });

  test('many outcomes of one letter count once', () => {
    const same = Array.from({ length: 20 }, (_, n) => outcome(n, 'blocked', { letterId: 'l' }));
    expect(decide('slowed', same)).toBeUndefined();
  });

  test('letters of one domain that are refused for weeks among those of others', () => {
    const gmail = { signerDomain: 'gmail.example' };
    const refused = Array.from({ length: 200 }, (_, n) => outcome(n * 3, 'blocked', gmail));
    const accident = [outcome(601, 'blocked'), outcome(602, 'blocked')];
    const through = Array.from({ length: 200 }, (_, n) => start + (n * 3 + 1) * minute);
    expect(decide('slowed', [...refused, ...accident], through)).toBeUndefined();
  });

  test('refusals among letters that get through', () => {
    const refused = [1, 2, 3, 4].map((n) => outcome(n, 'blocked'));
    const accepted = Array.from({ length: 2 }, (_, n) => start + (n + 2) * minute + 1);
    expect(decide('slowed', refused, accepted)).toBeUndefined();
  });

  test('a letter that was refused once and got through later', () => {
    const refused = [1, 2, 3, 4].map((n) => outcome(n, 'blocked'));
    const again = { letterId: 'l2', signerDomain: 'mail2.example', at: start + hour };
    const heard = { openSince: start, outcomes: refused, through: [again] };
    expect(decideChannel(channel('slowed'), heard, start + hour)).toBeUndefined();
  });

  test('trouble of ours between the refusals: vague words are then no block', () => {
    const listed = [1, 2, 3, 4].map((n) => outcome(n * 3, 'blocked'));
    const ours = [1, 2, 3, 4].flatMap((n) => [outcome(n * 3 + 1, 'ours'), outcome(n * 3 + 2, 'ours')]);
    expect(decide('slowed', listed)).toMatchObject({ to: 'hand' });
    expect(decide('slowed', [...listed, ...ours])).toBeUndefined();
  });

  test('real reports replayed for old letters, however many', () => {
    const leaked = Array.from({ length: 20 }, (_, n) =>
      outcome(n, 'blocked', { ...report, sentAt: start + n * minute, at: start + 5 * hour + n }),
    );
    expect(decide('slowed', leaked)).toBeUndefined();
    // The same letters, but others had come back before they left: the door is shut, and its reports are slow.
    const before = [100, 101, 102].map((n) => outcome(n, 'blocked', { ...report, sentAt: start, at: start + hour }));
    const after = leaked.map((letter) => ({ ...letter, sentAt: letter.sentAt + 2 * hour, at: letter.at + 2 * hour }));
    expect(decide('slowed', [...before, ...after])).toMatchObject({ to: 'hand' });
  });

  test('reports that come more than a day after their letters', () => {
    const before = [100, 101, 102].map((n) => outcome(n, 'blocked', { ...report, sentAt: start, at: start + hour }));
    const after = (delay: number) =>
      [1, 2, 3, 4, 5].map((n) => {
        const sentAt = start + 2 * hour + n * minute;
        return outcome(n, 'blocked', { ...report, sentAt, at: sentAt + delay });
      });
    expect(decide('slowed', [...before, ...after(20 * hour)], [], start + 2 * day)).toMatchObject({ to: 'hand' });
    expect(decide('slowed', [...before, ...after(day + 1)], [], start + 2 * day)).toBeUndefined();
  });

  test('three letters of one domain and one of another', () => {
    const refused = [1, 1, 1, 2].map((domain, n) => outcome(n, 'blocked', { signerDomain: `mail${domain}.example` }));
    expect(decide('slowed', refused)).toBeUndefined();
    expect(decide('slowed', [...refused, outcome(5, 'blocked')])).toMatchObject({ to: 'hand' });
  });

  test("a filter's offence at words of the signers' own, while the campaign's own words do count", () => {
    const content = (ownWords: boolean) =>
      [1, 2, 3, 4].map((n) => outcome(n, 'blocked', { class: 'content', ownWords }));
    expect(decide('mail', content(true))).toBeUndefined();
    expect(decide('slowed', content(false))).toMatchObject({ to: 'hand' });
  });

  test('signers who were erased: their blank domain is nobody', () => {
    expect(
      decide(
        'slowed',
        [1, 2, 3, 4].map((n) => outcome(n, 'blocked', n === 3 ? { signerDomain: '' } : {})),
      ),
    ).toBeUndefined();
  });

  test('one report alone does not even slow it; a second signer domain does', () => {
    const reported = (n: number) => outcome(n, 'blocked', report);
    expect(decide('mail', [reported(1)])).toBeUndefined();
    expect(decide('mail', [reported(1), reported(2)])).toMatchObject({ to: 'slowed' });
  });

  test('letters that left before the channel was opened, whenever their reports come', () => {
    const before = { ...report, sentAt: start - hour };
    expect(
      decide(
        'slowed',
        [1, 2, 3, 4, 5].map((n) => outcome(n, 'blocked', before)),
      ),
    ).toBeUndefined();
  });
});

describe('the way back', () => {
  const nothing = { openSince: start, outcomes: [], through: [] };

  test('a first refusal slows, and five letters that get through restore the pace', () => {
    expect(decide('mail', [outcome(1, 'blocked')])).toMatchObject({ to: 'slowed', rule: 'first-refusal' });
    const through = (n: number) => Array.from({ length: n }, (_, i) => start + hour + i);
    expect(decide('slowed', [outcome(1, 'blocked')], through(4))).toBeUndefined();
    expect(decide('slowed', [outcome(1, 'blocked')], through(5))).toMatchObject({ to: 'mail', rule: 'calm-again' });
  });

  test('where refusals come by report, a letter got through when an hour of quiet is over', () => {
    const reports = [1, 2].map((n) => outcome(n, 'blocked', report));
    const five = Array.from({ length: 5 }, (_, i) => start + hour + i);
    expect(decide('slowed', reports, five, start + hour + 10)).toBeUndefined();
    expect(decide('slowed', reports, five, start + 2 * hour + 10)).toMatchObject({ to: 'mail', rule: 'calm-again' });
  });

  test('three replies of "too fast" within an hour slow it, old ones do not', () => {
    const fast = [1, 2, 3].map((n) => outcome(n, 'passing', { class: 'rate' }));
    expect(decide('mail', fast, [], start + 10 * minute)).toMatchObject({ to: 'slowed', rule: 'rate-replies' });
    expect(decide('mail', fast, [], start + 2 * hour)).toBeUndefined();
  });

  test('a shut channel is probed when its wait is over', () => {
    expect(decideChannel(channel('hand', { probeAt: start + hour }), nothing, start + hour - 1)).toBeUndefined();
    expect(decideChannel(channel('hand', { probeAt: start + hour }), nothing, start + hour)).toMatchObject({
      to: 'probing',
    });
  });

  test('one refused probe shuts it again; two accepted ones and an hour of quiet open it', () => {
    expect(decide('probing', [outcome(1, 'blocked')])).toMatchObject({ to: 'hand', rule: 'probe-refused' });
    const now = start + 2 * hour;
    expect(decide('probing', [], [start + minute], now)).toBeUndefined();
    expect(decide('probing', [], [start + minute, start + 2 * minute], now)).toMatchObject({ to: 'mail' });
    expect(decide('probing', [], [now - minute, now - 2 * minute], now)).toBeUndefined();
  });

  test('probes without an end for a day have failed; one that got through is enough by then', () => {
    expect(decide('probing', [], [], start + day - 1)).toBeUndefined();
    expect(decide('probing', [], [], start + day)).toMatchObject({ to: 'hand', rule: 'probe-without-end' });
    expect(decide('probing', [], [start + minute], start + day)).toMatchObject({ to: 'mail' });
  });

  test('each failed probe makes the next wait longer, up to a day', () => {
    expect([0, 1, 2, 9].map((n) => probeWait(hour, n) / hour)).toEqual([1, 6, 24, 24]);
  });

  test('the reason of every switch fits its column and names nobody', () => {
    for (const decision of [
      decide(
        'slowed',
        [1, 2, 3, 4].map((n) => outcome(n, 'blocked')),
      ),
      decide('mail', [outcome(1, 'blocked')]),
    ]) {
      expect(decision?.reason.length).toBeLessThan(400);
      expect(decision?.reason).not.toMatch(/mail\d+\.example/);
    }
    expect(limits.domains).toBeGreaterThan(1);
  });
});
