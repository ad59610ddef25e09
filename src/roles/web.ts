/** The role that answers people and front ends: the pages and the API, and the intake behind them. */
import { createSignatureIntake } from '../intake/accept-signatures.ts';
import { writeLetters } from '../letters/write-letters.ts';
import { noteSigned } from '../notices/note-signed.ts';
import { openFrontDoor } from '../web/front-door.ts';
import { openNoticeDoor } from './notice-door.ts';
import { tellOperators } from './tell-operators.ts';
import { reviewNeedsOf, type RoleNeeds, type Running } from './role.ts';

export interface Web extends Running {
  /** Where the pages and the API answer. */
  origin: string;
}

export async function openWeb(needs: RoleNeeds): Promise<Web> {
  const { database, clock, keys, metrics, closers } = needs;
  const confirmWithin = needs.config.CONFIRM_WITHIN;
  const intake = createSignatureIntake({
    database,
    clock,
    keys,
    async writeLetters(transaction, signed) {
      await writeLetters({ clock, confirmWithin }, transaction, signed);
      await noteSigned({ clock, keys }, transaction, signed);
    },
    counted: metrics.signature,
  });
  const door = await openFrontDoor({
    ...needs,
    intake,
    notices: openNoticeDoor(needs),
    review: reviewNeedsOf(needs),
    held: (event) => tellOperators(needs, event),
  });
  closers.add(door.close);
  return {
    origin: door.origin,
    // What is being accepted is written down before anything else ends.
    async stop() {
      await door.close();
      await intake.drain();
    },
  };
}
