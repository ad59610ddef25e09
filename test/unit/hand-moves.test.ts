/** What may be done with a letter by hand: nothing outside the state table, nothing that only servers can tell. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { optionsFor, type HandMove } from '../../src/ledger/hand-moves.ts';
import { maskPersonal } from '../../src/ledger/mask-personal.ts';
import { letterStates, mayBecome, type LetterState } from '../../src/letters/letter-states.ts';
import { leavesAbout } from '../../src/outbox/when-due.ts';
import { knownReasons } from '../../src/web/console/letters/history-reason.ts';
import { letterRow } from '../support/rows.ts';

const calm = { channel: 'mail', hasTarget: true, hasEnded: false } as const;
const goals: Record<HandMove, LetterState> = {
  mail: 'queued',
  paper: 'for_hand',
  withdraw: 'withdrawn',
  delivered: 'delivered',
  'came-back': 'returned',
};

describe('by hand', () => {
  test.each(letterStates)('a letter that is %s goes only where the state table lets it', (state) => {
    for (const dueAt of [1, Number.MAX_SAFE_INTEGER])
      for (const { move } of optionsFor(letterRow('x', { state, dueAt }), calm))
        expect(mayBecome(state, goals[move]), move).toBe(true);
  });

  test('nothing is offered for what is under way, in doubt, delivered, on a petition or at its end', () => {
    for (const state of [
      'sending',
      'in_doubt',
      'accepted',
      'delivered',
      'petitioned',
      'handed_in',
      'withdrawn',
    ] as const)
      expect(optionsFor(letterRow('x', { state }), calm), state).toEqual([]);
  });

  test.each([
    [{}, { channel: 'hand' }, 'shut'],
    [{}, { channel: 'probing' }, 'probing'],
    [{}, { hasEnded: true }, 'ended'],
    [{}, { hasTarget: false }, 'no-target'],
    [{ doubts: 2 }, {}, 'doubted'],
    [{ signerDomain: '' }, {}, 'erased'],
    [{ doubts: 1 }, { channel: 'slowed' }, undefined],
  ] as const)('a letter on the way to paper (%o, %o) is not mailed: %s', (changes, around, hindrance) => {
    const [mail] = optionsFor(letterRow('x', { state: 'for_hand', ...changes }), { ...calm, ...around });
    expect(mail).toEqual({ move: 'mail', hindrance });
  });
});

test.each([
  ['550 <zoe@private.example>: User unknown', '550 <…@…>: User unknown'],
  ['see https://gate.example/?to=zoe%40private.example now', 'see …@… now'],
  ['"Zoë Muster"@private.example is not known', '…@… is not known'],
  ['b+abc=40x@mail.example blocked', '…@… blocked'],
  ['the domain Private.Example of Zoë Muster has a policy', 'the domain … of … … has a policy'],
  ['Muster, zoë: not a zoëtrope', '…, …: not a zoëtrope'],
  ['5.7.1 not authorized', '5.7.1 not authorized'],
])('of the words %s those who may not know the signer read %s', (text, shown) => {
  expect(maskPersonal(text, { name: 'Zoë Muster', domain: 'private.example' })).toBe(shown);
});

test('when a letter leaves is reckoned by pace and office hours, and not said when it is far away', () => {
  const at = Date.UTC(2020, 5, 15, 3);
  const always = { perHour: 30, hours: { from: 0, to: 24 } };
  expect(leavesAbout(always, 'Asia/Tokyo', { start: at, before: 0 })).toBe(at);
  expect(leavesAbout(always, 'Asia/Tokyo', { start: at, before: 45 })).toBe(at + 90 * 60_000);
  // It is noon in Tokyo, and the office opens at nine the next day.
  const office = { perHour: 30, hours: { from: 9, to: 13 } };
  expect(leavesAbout(office, 'Asia/Tokyo', { start: at, before: 45 })).toBe(Date.UTC(2020, 5, 16, 0, 30));
  expect(leavesAbout({ ...always, perHour: 1 }, 'Asia/Tokyo', { start: at, before: 1_000 })).toBeUndefined();
});

test('every reason that a step writes into the history of a letter has its words', () => {
  const steps = ['ledger', 'letters', 'outbox', 'outcomes', 'petitions'].flatMap((folder) =>
    readdirSync(`src/${folder}`)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(`src/${folder}/${file}`, 'utf8'))
      .filter((text) => text.includes('moveLetters') || text.includes('LetterPatch')),
  );
  const texts = steps.flatMap((text) =>
    [...text.matchAll(/reason(?::| =)\s*(?:[\w. ?=']+\? )?(['"])((?:(?!\1).)+)\1/g)].map(([, , reason = '']) => reason),
  );
  expect(texts.length).toBeGreaterThan(15);
  // Sentences belong to channels and breakers.
  const ofLetters = texts.filter((text) => /^[a-z]/.test(text) && text !== 'dead');
  expect(ofLetters.filter((text) => knownReasons[text] === undefined)).toEqual([]);
});
