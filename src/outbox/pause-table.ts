/** Pauses by staff: no letter leaves for one target, or for any, until a person lets them go again. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { instant, primary, word } from '../storage/columns.ts';

export interface Pause {
  /** `smtp` for all sending, else what `towards` makes. */
  place: string;
  since: Instant;
  /** Name of the key that asked for it. */
  by: string;
  reason: string;
}

export const pauseTable = new EntitySchema<Pause>({
  name: 'pause',
  columns: { place: primary(word(90)), since: instant, by: { ...word(80), name: 'paused_by' }, reason: word(400) },
});
