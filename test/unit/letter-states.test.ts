import { describe, expect, test } from 'vitest';
import { letterStates, mayBecome, moves, type LetterState } from '../../src/letters/letter-states.ts';

/** The table of the design, written down a second time on purpose. */
const design: Record<LetterState, LetterState[]> = {
  held: ['queued', 'withdrawn'],
  queued: ['sending', 'for_hand', 'withdrawn'],
  sending: ['accepted', 'queued', 'refused', 'in_doubt'],
  in_doubt: ['accepted', 'queued', 'for_hand'],
  accepted: ['delivered', 'returned'],
  delivered: ['returned'],
  refused: ['queued', 'for_hand'],
  returned: ['queued', 'for_hand'],
  for_hand: ['petitioned', 'queued', 'withdrawn'],
  petitioned: ['handed_in', 'for_hand'],
  handed_in: [],
  withdrawn: [],
};

describe('the state table', () => {
  test.each(letterStates.flatMap((from) => letterStates.map((to) => [from, to] as const)))(
    '%s → %s is as the design says',
    (from, to) => {
      expect(mayBecome(from, to)).toBe(design[from].includes(to));
    },
  );

  test('from every state a letter can still reach an end', () => {
    const ends = letterStates.filter((state) => moves[state].length === 0);
    expect(ends).toEqual(['handed_in', 'withdrawn']);
    for (const start of letterStates) {
      const seen = new Set<LetterState>([start]);
      for (const state of seen) for (const next of moves[state]) seen.add(next);
      // Delivery is where silence leaves a letter: the one resting place that is not an end.
      expect([...seen].some((state) => ends.includes(state) || state === 'delivered')).toBe(true);
    }
  });
});
