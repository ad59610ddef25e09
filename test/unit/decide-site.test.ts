import { describe, expect, test } from 'vitest';
import { isEverybodys, relayTrouble } from '../../src/outcomes/decide-site.ts';

const at = (...providers: string[]) => providers.map((provider, n) => ({ target: `t${n}`, provider }));

describe('trouble of ours', () => {
  test.each<[string, Parameters<typeof isEverybodys>[0], boolean]>([
    ['nobody speaks of it', { troubled: [], well: 0, known: 0 }, false],
    ['one of many', { troubled: at('a.example'), well: 0, known: 3 }, false],
    ['the only target there is', { troubled: at('a.example'), well: 0, known: 1 }, true],
    ['two of three, at two providers', { troubled: at('a.example', 'b.example'), well: 0, known: 3 }, true],
    ['two of three, at one provider', { troubled: at('a.example', 'a.example'), well: 0, known: 3 }, false],
    ['all there are, at one provider', { troubled: at('a.example', 'a.example'), well: 0, known: 2 }, true],
    ['two, while two others take letters', { troubled: at('a.example', 'b.example'), well: 2, known: 9 }, true],
    ['two, while three others take letters', { troubled: at('a.example', 'b.example'), well: 3, known: 9 }, false],
  ])('is everybody’s or not: %s', (_what, heard, expected) => {
    expect(isEverybodys(heard)).toBe(expected);
  });

  test.each<[Parameters<typeof relayTrouble>[0], Parameters<typeof relayTrouble>[1], ReturnType<typeof relayTrouble>]>([
    [{ class: 'our-config', attribution: 'ours', stage: 'auth' }, 'refused', 'refused'],
    [{ class: 'our-reputation', attribution: 'ours', stage: 'banner' }, 'refused', 'refused'],
    [{ class: 'our-config', attribution: 'ours', stage: 'mail' }, 'refused', 'refused'],
    [{ class: 'our-config', attribution: 'ours', stage: 'rcpt' }, 'refused', undefined],
    [{ class: 'our-reputation', attribution: 'ours', stage: 'async' }, 'refused', undefined],
    [{ class: 'target-block', attribution: 'blocked', stage: 'mail' }, 'refused', undefined],
    [{ class: 'protocol', attribution: 'ours', stage: 'mail' }, 'refused', undefined],
    [{ class: 'network', attribution: 'passing', stage: 'connect' }, 'unreachable', 'unreachable'],
    [{ class: 'network', attribution: 'passing', stage: 'mail' }, 'unreachable', undefined],
    [{ class: 'network', attribution: 'passing', stage: 'rcpt' }, 'unreachable', undefined],
    [{ class: 'rate', attribution: 'passing', stage: 'banner' }, 'deferred', undefined],
  ])('is our own relay’s or not: %o, %s', (said, verdict, expected) => {
    expect(relayTrouble(said, verdict)).toBe(expected);
  });
});
