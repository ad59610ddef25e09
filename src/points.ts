/**
 * Labelled points of the road where a crash hurts most. A point costs one check when nobody listens;
 * the crash tests subscribe to the channel and kill the process there.
 */
import { channel } from 'node:diagnostics_channel';

export const points = [
  'intake-committed', // a signature is on disk, its 202 is not yet sent
  'before-intent', // a letter was released, nothing is written yet
  'after-intent', // the intent is committed, nobody has dialled
  'after-354', // the server asked for the message
  'after-dot', // the final dot is sent, no reply yet
  'after-250', // the server took the letter, we have not written that down
  'before-seal', // letters wait for_hand, the petition is about to be sealed
  'sealed', // the petition is sealed, its files are not made
] as const;

export type Point = (typeof points)[number];

const listeners = channel('todoke.point');

/** Says that the road reached a point. */
export function reach(point: Point): void {
  if (listeners.hasSubscribers) listeners.publish(point);
}
