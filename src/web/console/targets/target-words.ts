/** The words of the pages about targets. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const counted = words('letters', 'domains', 'span', 'through');

const schema = z.strictObject({
  title: words(),
  intro: words(),
  none: words(),
  one: words(),
  list: group('target channel letters').extend({ since: words('time') }),
  /** By mode of a channel: its badge. */
  modes: group('mail slowed hand probing'),
  groups: group('waiting mailed paper handed none'),
  site: group('title fine pause-title pause-text resume-title resume-text'),
  holds: group('all').extend({
    paused: words('by', 'time'),
    open: words('time'),
    'half-open': words('time'),
    next: words('time'),
    strikes: words('n'),
  }),
  troubles: group('our-config our-reputation relay'),
  pause: group('title text submit done'),
  resume: group('title text submit done'),
  now: group('title always').extend({
    mail: words('time'),
    slowed: words('time'),
    hand: words('time'),
    probing: words('time'),
  }),
  probe: group('staff').extend({ due: words('time'), failed: words('n') }),
  /** By rule of a switch. */
  why: group('first-refusal rate-replies probe-due probe-refused probe-without-end').extend({
    'blocked-by-sequential-test': counted,
    'dead-by-sequential-test': counted,
    'full-for-days': words('letters', 'domains'),
    'calm-again': words('accepted'),
    'probes-accepted': words('accepted'),
    override: words('by'),
    other: words('rule'),
  }),
  through: group('none').extend({ some: words('n') }),
  said: words('reply'),
  'said-most': words('reply'),
  evidence: group(
    'title rule confidence confidence-hint letters domains accepted by by-rule reason replies time reply whose no-words',
  ).extend({ more: words('n') }),
  whose: group('signer ours passing dead blocked full unknown'),
  stages: group('dns connect banner ehlo starttls auth mail rcpt data dot async'),
  letters: group('title none waiting-names'),
  states: group(
    'held queued sending in_doubt accepted delivered refused returned for_hand petitioned handed_in withdrawn',
  ),
  pace: group('title campaign now replaced hours all-day rest rest-text waiting until far held none').extend({
    'per-hour': words('n'),
    'hours-text': words('from', 'to', 'zone'),
  }),
  act: group('title reason'),
  override: group('title text mode submit done'),
  back: group('title text submit done'),
  mailboxes: group('title intro single used spare dead doubted doubted-text hidden works works-text works-done').extend(
    { name: words('n'), 'dead-text': words('since', 'until') },
  ),
  history: group('title none').extend({ to: words('mode') }),
  'hold-history': group('title none none-site paused resumed opened closed targets well'),
  problems: group('mode'),
});

export type TargetWords = z.infer<typeof schema>;
export const targetWords: PageWords<TargetWords> = { page: 'targets', schema };
