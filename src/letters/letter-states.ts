/** The states of a letter and every move between them. There is no move outside this table, for machines or people. */

export const letterStates = [
  'held',
  'queued',
  'sending',
  'in_doubt',
  'accepted',
  'delivered',
  'refused',
  'returned',
  'for_hand',
  'petitioned',
  'handed_in',
  'withdrawn',
] as const;

export type LetterState = (typeof letterStates)[number];

/** From each state, the states it may become (design §3). */
export const moves: Readonly<Record<LetterState, readonly LetterState[]>> = {
  held: ['queued', 'withdrawn'], // waits until the signer has confirmed the address
  queued: ['sending', 'for_hand', 'withdrawn'], // due by mail
  sending: ['accepted', 'queued', 'refused', 'in_doubt'], // the intent is on disk, a lease is running
  in_doubt: ['accepted', 'queued', 'for_hand'], // broke off after the final dot: it may have been taken
  accepted: ['delivered', 'returned'], // a server said 250; the bounce wait runs
  delivered: ['returned'], // silence, or a report of delivery; a bounce may still come late
  refused: ['queued', 'for_hand'], // refused in session
  returned: ['queued', 'for_hand'], // came back
  for_hand: ['petitioned', 'queued', 'withdrawn'], // waits for the next petition, or for the channel to reopen
  petitioned: ['handed_in', 'for_hand'], // on a sealed petition; back when it is voided
  handed_in: [], // given over
  withdrawn: [], // taken back before it left
};

/** Where every letter starts. */
export const firstStates: readonly LetterState[] = ['held', 'queued'];

/** Whether the table allows a move. */
export function mayBecome(from: LetterState, to: LetterState): boolean {
  return moves[from].includes(to);
}
