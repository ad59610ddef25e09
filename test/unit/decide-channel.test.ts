import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import type { Channel, ChannelMode } from '../../src/outbox/channel-table.ts';
import { decideChannel, limits, probeWait } from '../../src/outcomes/decide-channel.ts';
import type { OutcomeRow } from '../../src/outcomes/outcome-table.ts';
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

function outcome(n: number, attribution: Attribution | null, changes: Partial<OutcomeRow> = {}): OutcomeRow {
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
    ...changes,
  };
}

const decide = (mode: ChannelMode, outcomes: OutcomeRow[], acceptedAt: number[] = [], now = start + day) =>
  decideChannel(channel(mode), { outcomes, acceptedAt }, now);

describe('what shuts a channel', () => {
  test('three letters from three domains, refused by policy in session', () => {
    expect(
      decide(
        'slowed',
        [1, 2, 3].map((n) => outcome(n, 'blocked')),
      ),
    ).toMatchObject({ to: 'hand', rule: 'blocked-by-3-domains', confidence: 0.999 });
  });

  test('two letters to a mailbox that does not exist', () => {
    expect(
      decide(
        'slowed',
        [1, 2].map((n) => outcome(n, 'dead')),
      ),
    ).toMatchObject({ to: 'hand', rule: 'dead-by-2-domains' });
  });

  test('a mailbox full for six hours, not for one', () => {
    const full = [1, 2, 3].map((n) => outcome(n, 'full'));
    expect(decide('slowed', full, [], start + hour)).toBeUndefined();
    expect(decide('slowed', full, [], start + 7 * hour)).toMatchObject({ to: 'hand' });
  });

  test('reports alone need one letter more', () => {
    const reports = (count: number) =>
      Array.from({ length: count }, (_, n) => outcome(n, 'blocked', { trust: 'report-signed-path', stage: 'async' }));
    expect(decide('slowed', reports(3))).toBeUndefined();
    expect(decide('slowed', reports(4))).toMatchObject({ to: 'hand' });
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
          const decision = decide(mode, [outcome(1, attribution, { trust: trust as OutcomeRow['trust'] })]);
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

  test('refusals among letters that get through', () => {
    const refused = [1, 2, 3, 4].map((n) => outcome(n, 'blocked'));
    const accepted = Array.from({ length: 2 }, (_, n) => start + (n + 2) * minute);
    expect(decide('slowed', refused, accepted)).toBeUndefined();
  });

  test("a filter's offence at words of the signers' own, while the campaign's own words do count", () => {
    const content = (ownWords: boolean) => [1, 2, 3].map((n) => outcome(n, 'blocked', { class: 'content', ownWords }));
    expect(decide('mail', content(true))).toBeUndefined();
    expect(decide('slowed', content(false))).toMatchObject({ to: 'hand' });
  });

  test('signers who were erased: their blank domain is nobody', () => {
    expect(
      decide(
        'slowed',
        [1, 2, 3].map((n) => outcome(n, 'blocked', n === 3 ? { signerDomain: '' } : {})),
      ),
    ).toBeUndefined();
  });

  test('one report alone does not even slow it; a second signer domain does', () => {
    const report = (n: number) => outcome(n, 'blocked', { trust: 'report-signed-path', stage: 'async' });
    expect(decide('mail', [report(1)])).toBeUndefined();
    expect(decide('mail', [report(1), report(2)])).toMatchObject({ to: 'slowed' });
  });

  test('what was heard before the channel last changed', () => {
    expect(
      decide(
        'slowed',
        [1, 2, 3].map((n) => outcome(n, 'blocked', { at: start - hour })),
      ),
    ).toBeUndefined();
  });
});

describe('the way back', () => {
  test('a first refusal slows, and five letters that get through restore the pace', () => {
    expect(decide('mail', [outcome(1, 'blocked')])).toMatchObject({ to: 'slowed', rule: 'first-refusal' });
    const through = (n: number) => Array.from({ length: n }, (_, i) => start + hour + i);
    expect(decide('slowed', [outcome(1, 'blocked')], through(4))).toBeUndefined();
    expect(decide('slowed', [outcome(1, 'blocked')], through(5))).toMatchObject({ to: 'mail', rule: 'calm-again' });
  });

  test('three replies of "too fast" within an hour slow it, old ones do not', () => {
    const fast = [1, 2, 3].map((n) => outcome(n, 'passing', { class: 'rate' }));
    expect(decide('mail', fast, [], start + 10 * minute)).toMatchObject({ to: 'slowed', rule: 'rate-replies' });
    expect(decide('mail', fast, [], start + 2 * hour)).toBeUndefined();
  });

  test('a shut channel is probed when its wait is over', () => {
    expect(
      decideChannel(channel('hand', { probeAt: start + hour }), { outcomes: [], acceptedAt: [] }, start + hour - 1),
    ).toBeUndefined();
    expect(
      decideChannel(channel('hand', { probeAt: start + hour }), { outcomes: [], acceptedAt: [] }, start + hour),
    ).toMatchObject({ to: 'probing' });
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
        [1, 2, 3].map((n) => outcome(n, 'blocked')),
      ),
      decide('mail', [outcome(1, 'blocked')]),
    ]) {
      expect(decision?.reason.length).toBeLessThan(400);
      expect(decision?.reason).not.toMatch(/mail\d+\.example/);
    }
    expect(limits.share).toBeGreaterThan(0.5);
  });
});
