/** The migrations in order. */
import { First1780000000001 } from './0001-first.ts';
import { SideBySide1780000000002 } from './0002-side-by-side.ts';

export const migrations = [First1780000000001, SideBySide1780000000002];
