/** The migrations in order. */
import { First1780000000001 } from './0001-first.ts';

export const migrations = [First1780000000001];
