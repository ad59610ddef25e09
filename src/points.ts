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
  'before-seal', // letters wait for_hand, the petition is about to be begun
  'names-gathered', // some names are on a petition that is being sealed, others may wait
  'names-counted', // all names are on it and its digest is known, it is not yet sealed
  'notice-begun', // the intent to write to a signer is committed, nobody has dialled
  'notice-sent', // the relay took the mail to a signer, we have not written that down
  'sealed', // the petition is sealed, its files are not made
  'file-kept', // one of its files is on disk, the others are not, or its row does not say so
  'names-handed-in', // some letters of a petition that was received say so, others do not yet
  'names-let-go', // some names of a voided petition wait again, others may be on it still
] as const;

export type Point = (typeof points)[number];

const listeners = channel('todoke.point');

/** Says that the road reached a point. */
export function reach(point: Point): void {
  if (listeners.hasSubscribers) listeners.publish(point);
}
