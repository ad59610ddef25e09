/** The words of the pages about petitions. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const schema = z.strictObject({
  title: words(),
  intro: words(),
  /** By standing (standing.ts): what a badge says. */
  standings: group('sealing making failing waits on-its-way refused lost handing-in handed-in voiding void'),
  due: group('not-tried no-word refused lost no-answer').extend({ since: words('time') }),
  list: group('title none petition target state names sealed'),
  waiting: group('title none count look compile compile-which compile-what').extend({
    withheld: words('n'),
    together: words('n'),
    of: words('campaign', 'n'),
    begun: words('serial'),
  }),
  names: group(
    'title intro none number name reason withhold withhold-text put-back put-back-text withheld-title withheld-none history erased campaign next first unnamed',
  ).extend({ withheld: words('number'), back: words(), events: group('withheld put-back') }),
  progress: group('gathering typesetting handing-in letting-go').extend({ of: words('done', 'of') }),
  failure: group('title wait').extend({ name: words('number'), again: words('time') }),
  one: words('serial'),
  facts: group('title campaigns names sealed digest digest-hint void reason').extend({
    by: words('who'),
    'names-of': words('n'),
    withheld: words('n'),
  }),
  files: group('title wait names-csv names-txt archive manifest archive-hint manifest-hint no-names').extend({
    volume: words('volume'),
    part: words('pages', 'from', 'to'),
    letter: words('volume'),
    'letter-part': words('pages'),
  }),
  tries: group(
    'title none record place carrier reference note by files add add-hint added strike struck struck-reason photo pdf',
  ),
  outcomes: group('accepted-in-meeting accepted refused posted lost'),
  record: group('title intro outcome at place place-hint carrier reference note submit done').extend({
    zone: words('zone'),
  }),
  'follow-ups': group('title none record asked answered what intro submit done'),
  strike: group('title text reason submit done'),
  void: group('link title text burn on-its-way reason submit done'),
  problems: group('at date reference file large busy'),
});

type PetitionWords = z.infer<typeof schema>;
export const petitionWords: PageWords<PetitionWords> = { page: 'petitions', schema };
