import { describe, expect, test } from 'vitest';
import { chooseMailbox, nextMailbox } from '../../src/outbox/choose-mailbox.ts';

const all = ['a@x.example', 'b@x.example', 'c@x.example'];
const dead = (...names: string[]) => new Set(names.map((name) => `${name}@x.example`));

describe('a letter goes', () => {
  test.each<[string, Parameters<typeof chooseMailbox>[0], Set<string>, string | undefined]>([
    ['to the first mailbox', { doubts: 0, mailbox: null }, dead(), 'a@x.example'],
    ['past one that is known to be dead', { doubts: 0, mailbox: null }, dead('a'), 'b@x.example'],
    ['again where it was sent on to', { doubts: 0, mailbox: 'b@x.example' }, dead(), 'b@x.example'],
    ['elsewhere when that one died', { doubts: 0, mailbox: 'b@x.example' }, dead('b'), 'a@x.example'],
    ['to the first when all are dead', { doubts: 0, mailbox: null }, dead('a', 'b', 'c'), 'a@x.example'],
    ['nowhere else while it is in doubt', { doubts: 1, mailbox: 'a@x.example' }, dead('a'), 'a@x.example'],
    ['to the new one when the file changed', { doubts: 0, mailbox: 'old@x.example' }, dead(), 'a@x.example'],
  ])('%s', (_what, letter, gone, expected) => {
    expect(chooseMailbox(letter, all, gone)).toBe(expected);
  });

  test('nowhere without a mailbox', () => {
    expect(chooseMailbox({ doubts: 0, mailbox: null }, [], dead())).toBeUndefined();
  });
});

describe('after a dead mailbox comes', () => {
  test.each<[string, string, Set<string>, string | undefined]>([
    ['the next', 'a@x.example', dead(), 'b@x.example'],
    ['the next that lives', 'a@x.example', dead('b'), 'c@x.example'],
    ['none after the last', 'c@x.example', dead(), undefined],
    ['none when all later ones are dead', 'b@x.example', dead('c'), undefined],
    ['each in turn when all are dead', 'a@x.example', dead('a', 'b', 'c'), 'b@x.example'],
    ['and then none', 'c@x.example', dead('a', 'b', 'c'), undefined],
    ['the first for one that is no longer in the file', 'old@x.example', dead(), 'a@x.example'],
  ])('%s', (_what, mailbox, gone, expected) => {
    expect(nextMailbox(mailbox, all, gone)).toBe(expected);
  });
});
