/** How long a target is left in peace after it said "too fast" or "full": the adaptive part of its pace. */
import { day, type Instant } from '../clock.ts';
import { restAfter, type PaceWord } from '../outbox/pace.ts';
import type { Heard } from './heard.ts';

/** The instant before which no further letter leaves for this target; 0 when nothing speaks for a rest. */
export function restUntil(heard: Heard, perHour: number, now: Instant): Instant {
  const since = Math.max(heard.openSince, now - day);
  const words: { at: Instant; says: PaceWord }[] = [];
  for (const { at, class: what, attribution } of heard.outcomes) {
    if (at < since) continue;
    if (attribution === 'full') words.push({ at, says: 'full' });
    else if (what === 'rate') words.push({ at, says: 'slower' });
  }
  if (words.length === 0) return 0;
  const latest = Math.max(...words.map(({ at }) => at));
  for (const { at } of heard.through) if (at >= since) words.push({ at, says: 'through' });
  words.sort((a, b) => a.at - b.at);
  const rest = restAfter(
    words.map(({ says }) => says),
    perHour,
  );
  return rest === 0 ? 0 : latest + rest;
}
