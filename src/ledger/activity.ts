/** What happened in each hour: people who signed, letters that were sent, reports that came back. Read from the rows. */
import { day, hour, minute, type Clock, type Instant } from '../clock.ts';
import { firstIdAt } from '../ids.ts';
import type { Database } from '../storage/database.ts';

/** `put-off`: tried and to be tried again. `by-office`: of what came back, what speaks against the office's mailbox. */
export const activityKinds = [
  'signed',
  'accepted',
  'put-off',
  'refused',
  'by-office',
  'by-signer',
  'by-us',
  'other',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** What happened to the letters of one campaign in one hour; what did not happen is left out. */
export interface ActivityCount {
  /** Start of the hour, UTC. */
  at: Instant;
  campaign: string;
  kind: ActivityKind;
  n: number;
}

export interface Activity {
  /** The hours from one instant to another, whole ones at both ends. */
  between(from: Instant, to: Instant): Promise<ActivityCount[]>;
}

/** After this no conversation of an hour that is over ends any more: its numbers stay as they are. */
const settled = 15 * minute;

interface Row {
  at: number | string;
  campaign: string;
  kind: string | null;
  n: number | string;
}

/** Rows of a stretch of time are found by their ids, which begin with it: no index of their own is needed. */
const questions: readonly { sql: string; kindOf(kind: string | null): ActivityKind }[] = [
  {
    sql: `select accepted_at - accepted_at % ${hour} as at, campaign, null as kind, count(*) as n
      from signature where id >= ? and id < ? group by 1, 2`,
    kindOf: () => 'signed',
  },
  {
    sql: `select one.started_at - one.started_at % ${hour} as at, letter.campaign as campaign,
        coalesce(one.verdict, '') as kind, count(*) as n
      from attempt one join letter on letter.id = one.letter_id
      where one.id >= ? and one.id < ? group by 1, 2, 3`,
    kindOf: (verdict) => (verdict === 'accepted' || verdict === 'refused' ? verdict : 'put-off'),
  },
  {
    sql: `select one.at - one.at % ${hour} as at, letter.campaign as campaign,
        coalesce(one.attribution, '') as kind, count(*) as n
      from outcome one join letter on letter.id = one.letter_id
      where one.id >= ? and one.id < ? and one.trust <> 'session'
        and one.class not in ('delivered', 'delayed', 'auto-reply', 'human-answer') group by 1, 2, 3`,
    kindOf: (attribution) => backBy[attribution ?? ''] ?? 'other',
  },
];
const backBy: Readonly<Record<string, ActivityKind>> = {
  dead: 'by-office',
  blocked: 'by-office',
  full: 'by-office',
  signer: 'by-signer',
  ours: 'by-us',
};

/** Keeps what is over in memory, so that a page asks for an hour at most; the first look reads it all, day by day. */
export function createActivity({ database, clock }: { database: Database; clock: Clock }): Activity {
  const over = new Map<string, Promise<ActivityCount[]>>();
  let going: { from: Instant; counts: Promise<ActivityCount[]> } | undefined;

  /** A whole day or hour that is over, asked for once. */
  function kept(from: Instant, to: Instant): Promise<ActivityCount[]> {
    const key = `${from} ${to}`;
    const known = over.get(key);
    if (known) return known;
    const counts = count(database, from, to);
    over.set(key, counts);
    counts.catch(() => over.delete(key));
    return counts;
  }

  /** What is still going on: counted once for everybody who asks at the same time. */
  function current(from: Instant, now: Instant): Promise<ActivityCount[]> {
    if (going?.from === from) return going.counts;
    const counts = count(database, from, now + hour).finally(() => (going = undefined));
    going = { from, counts };
    return counts;
  }

  return {
    async between(from, to) {
      const now = clock.now();
      const end = Math.min(to, now + 1);
      const found: ActivityCount[] = [];
      let start = from - (from % hour);
      while (start < end) {
        const isDay = start % day === 0 && start + day + settled <= now;
        const next = start + (isDay ? day : hour);
        // One after the other: SQLite answers on the main thread, and others want to be answered in between.
        const counts = next + settled <= now ? await kept(start, next) : await current(start, now);
        found.push(...counts.filter(({ at }) => at < end));
        // What is not settled yet is one question up to now.
        start = next + settled <= now ? next : end;
      }
      return found;
    },
  };
}

async function count({ read }: Database, from: Instant, to: Instant): Promise<ActivityCount[]> {
  const counts: ActivityCount[] = [];
  for (const { sql, kindOf } of questions) {
    const rows: Row[] = await read.query(sql, [firstIdAt(from), firstIdAt(to)]);
    for (const { at, campaign, kind, n } of rows)
      counts.push({ at: Number(at), campaign, kind: kindOf(kind), n: Number(n) });
  }
  return counts;
}
