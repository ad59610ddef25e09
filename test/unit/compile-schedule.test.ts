import { describe, expect, test } from 'vitest';
import { petitionRulesSchema } from '../../src/campaigns/campaign.ts';
import { latestOccasion } from '../../src/petitions/compile-schedule.ts';

const daily = { every: 'daily', at: '09:00' } as const;
const at = (local: string) => Date.parse(local);

describe('the latest occasion of a schedule', () => {
  test.each([
    ['a minute early it is yesterday’s', daily, 'Asia/Tokyo', '2020-06-15T08:59:59+09:00', '2020-06-14'],
    ['at the minute it is today’s', daily, 'Asia/Tokyo', '2020-06-15T09:00:00+09:00', '2020-06-15'],
    ['at midnight it is yesterday’s', daily, 'Asia/Tokyo', '2020-06-15T00:00:00+09:00', '2020-06-14'],
    [
      'midnight itself is the new day',
      { ...daily, at: '00:00' },
      'Asia/Tokyo',
      '2020-06-15T00:00:00+09:00',
      '2020-06-15',
    ],
    ['over the turn of the year', daily, 'Asia/Tokyo', '2021-01-01T08:00:00+09:00', '2020-12-31'],
    [
      'a week starts on Monday',
      { every: 'weekly', at: '09:00' },
      'Asia/Tokyo',
      '2020-06-21T12:00:00+09:00',
      '2020-06-15',
    ],
    [
      'on the day itself',
      { every: 'weekly', on: 'sunday', at: '09:00' },
      'Asia/Tokyo',
      '2020-06-21T12:00:00+09:00',
      '2020-06-21',
    ],
    [
      'on the day, too early',
      { every: 'weekly', on: 'sunday', at: '13:00' },
      'Asia/Tokyo',
      '2020-06-21T12:00:00+09:00',
      '2020-06-14',
    ],
    [
      'a time that the clocks leave out comes when they have passed it',
      { ...daily, at: '02:30' },
      'Europe/Zurich',
      '2020-03-29T03:00:00+02:00',
      '2020-03-29',
    ],
    [
      'an hour that comes twice is one occasion',
      { ...daily, at: '02:30' },
      'Europe/Zurich',
      '2020-10-25T02:45:00+01:00',
      '2020-10-25',
    ],
  ] as const)('%s', (_what, schedule, timeZone, now, date) => {
    expect(latestOccasion(schedule, timeZone, at(now))).toBe(date);
  });

  test('of one without a calendar is none', () => {
    expect(latestOccasion({ at: '09:00' }, 'Asia/Tokyo', 0)).toBeUndefined();
  });
});

describe('a schedule in campaign.yaml', () => {
  const problems = (compile: unknown) =>
    petitionRulesSchema
      .safeParse({ compile })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('may be daily, weekly, by number, at the end, or several of them', () => {
    for (const compile of [
      { every: 'daily' },
      { every: 'weekly', on: 'friday', at: '17:30' },
      { names: 500 },
      { atEnd: true, names: 1 },
    ])
      expect(problems(compile)).toBeUndefined();
    expect(petitionRulesSchema.parse({ compile: { every: 'daily' } }).compile).toEqual({
      every: 'daily',
      at: '09:00',
      atEnd: false,
    });
  });

  test.each([
    ['nothing that is an occasion', { at: '10:00' }, ['compile: say when: every, names or atEnd']],
    ['a time that is none', { every: 'daily', at: '9 h' }, ['compile.at: use a time of day such as "09:00"']],
    ['an hour that is none', { every: 'daily', at: '24:00' }, ['compile.at: use a time of day such as "09:00"']],
    ['a day without a week', { every: 'daily', on: 'friday' }, ['compile.on: belongs to every: weekly']],
    ['another rhythm', { every: 'hourly' }, ['compile.every: use daily or weekly']],
  ])('is refused with %s', (_what, compile, expected) => {
    expect(problems(compile)).toEqual(expected);
  });
});
