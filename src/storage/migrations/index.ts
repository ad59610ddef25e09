/** The migrations in order. */
import { First1780000000001 } from './0001-first.ts';
import { SideBySide1780000000002 } from './0002-side-by-side.ts';
import { IntakeOfReports1780000000003 } from './0003-intake-of-reports.ts';
import { Holds1780000000004 } from './0004-holds.ts';
import { WeedList1780000000005 } from './0005-weed-list.ts';
import { Composition1780000000006 } from './0006-composition.ts';
import { HandIns1780000000007 } from './0007-hand-ins.ts';
import { Staff1780000000008 } from './0008-staff.ts';
import { SourceOrigins1780000000009 } from './0009-source-origins.ts';
import { CampaignVersions1780000000010 } from './0010-campaign-versions.ts';
import { Notices1780000000011 } from './0011-notices.ts';
import { Review1780000000013 } from './0013-review.ts';

export const migrations = [
  First1780000000001,
  SideBySide1780000000002,
  IntakeOfReports1780000000003,
  Holds1780000000004,
  WeedList1780000000005,
  Composition1780000000006,
  HandIns1780000000007,
  Staff1780000000008,
  SourceOrigins1780000000009,
  CampaignVersions1780000000010,
  Notices1780000000011,
  Review1780000000013,
];
