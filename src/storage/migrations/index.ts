/** The migrations in order. */
import { First1780000000001 } from './0001-first.ts';
import { SideBySide1780000000002 } from './0002-side-by-side.ts';
import { IntakeOfReports1780000000003 } from './0003-intake-of-reports.ts';
import { Holds1780000000004 } from './0004-holds.ts';
import { WeedList1780000000005 } from './0005-weed-list.ts';

export const migrations = [
  First1780000000001,
  SideBySide1780000000002,
  IntakeOfReports1780000000003,
  Holds1780000000004,
  WeedList1780000000005,
];
