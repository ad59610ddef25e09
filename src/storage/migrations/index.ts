/** The migrations in order. */
import { First1780000000001 } from './0001-first.ts';
import { SideBySide1780000000002 } from './0002-side-by-side.ts';
import { IntakeOfReports1780000000003 } from './0003-intake-of-reports.ts';

export const migrations = [First1780000000001, SideBySide1780000000002, IntakeOfReports1780000000003];
