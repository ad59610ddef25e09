/** Whether mail is moving, in one sentence, and all letters in six numbers. */
import { day, type Instant } from '../../../clock.ts';
import type { ActivityCount } from '../../../ledger/activity.ts';
import { countStates, type StateCounts } from '../../../ledger/numbers.ts';
import type { LetterState } from '../../../letters/letter-states.ts';
import { newestAccepted } from '../../../outbox/attempt-table.ts';
import { readChannel } from '../../../outbox/channel-table.ts';
import { ourSite, towards } from '../../../outbox/site-table.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { zoneFor } from '../targets/find-target.ts';
import { holdsAt, type Holds } from '../targets/hold-view.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { todayWords, type TodayWords } from './today-words.ts';

export interface MailNow {
  state: keyof TodayWords['mail'];
  text: string;
}

/** `counts`: what happened in the last 24 hours. */
export async function mailNow(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { counts, states, holds }: { counts: readonly ActivityCount[]; states: StateCounts; holds: Holds },
): Promise<MailNow> {
  const { book, database, clock } = needs;
  const words = visit.words(todayWords).mail;
  const say = (state: MailNow['state'], values = {}): MailNow => ({ state, text: fill(words[state], values) });
  const now = clock.now();

  const [hold] = holdsAt(needs, visit, holds, { place: ourSite, zone: undefined });
  if (hold) return say('held', { text: hold.text, reason: hold.reason });

  const modes = await Promise.all(book.targets.map(async ({ id }) => (await readChannel(database.read, id)).mode));
  const byMail = book.targets.filter((_target, index) => modes[index] !== 'hand');
  if (modes.length > 0 && byMail.length === 0) return say('by-hand');
  // Each held for itself holds all of them.
  const each = byMail.map(({ id }) =>
    holdsAt(needs, visit, holds, { place: towards(id), zone: zoneFor(needs, id) }).at(0),
  );
  const [first] = each;
  if (first && each.every((one) => one !== undefined)) return say('held', { text: first.text, reason: first.reason });

  const taken = counts.filter(({ kind }) => kind === 'accepted').reduce((sum, { n }) => sum + n, 0);
  const last = await lastTaken({ book, database }, now);
  if (taken > 0 && last !== undefined)
    return say('moving', { n: taken.toLocaleString(visit.frame.dates), time: visit.moment(last).text });
  const waiting = states.queued + states.sending + states.in_doubt;
  return waiting > 0 ? say('waiting', { n: waiting.toLocaleString(visit.frame.dates) }) : say('quiet');
}

async function lastTaken({ book, database }: Pick<ConsoleNeeds, 'book' | 'database'>, now: Instant) {
  const times: Instant[] = [];
  for (const { id } of book.targets) {
    const at = await newestAccepted(database.read, id, now - day);
    if (at !== undefined) times.push(at);
  }
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** The states behind each number. */
const shown: Readonly<Record<Exclude<keyof TodayWords['numbers'], 'title'>, readonly LetterState[]>> = {
  waiting: ['held', 'queued', 'refused', 'returned'],
  'on-the-way': ['sending', 'in_doubt', 'accepted'],
  arrived: ['delivered'],
  'for-hand': ['for_hand'],
  'on-paper': ['petitioned'],
  'handed-over': ['handed_in'],
};

export function sixNumbers(visit: StaffVisit, states: StateCounts): { key: string; label: string; n: string }[] {
  const words = visit.words(todayWords).numbers;
  return (Object.keys(shown) as (keyof typeof shown)[]).map((key) => ({
    key,
    label: words[key],
    n: shown[key].reduce((sum, state) => sum + states[state], 0).toLocaleString(visit.frame.dates),
  }));
}

/** Counts all letters once for everybody who asks at the same time: pages that follow changes do. */
export function createStateCounter({ database }: Pick<ConsoleNeeds, 'database'>) {
  let going: Promise<StateCounts> | undefined;
  return () => (going ??= countStates(database).finally(() => (going = undefined)));
}
