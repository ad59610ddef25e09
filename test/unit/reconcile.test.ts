/** A folder and the newest version of its campaign: which of them follows the other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reconcile, type Standing } from '../../src/campaigns/versions/reconcile.ts';

const newest = { version: 'b', savedAt: 100 };
const folder = { version: 'c', changedAt: 100, isBeingWritten: false };
const standing: Standing = { folder, newest, isKnown: false, sawNewest: false };

describe('a campaign’s folder', () => {
  test.each<[string, Partial<Standing>, string]>([
    ['that is the first to know the campaign is recorded', { newest: undefined }, 'record'],
    ['that is missing is written', { folder: undefined }, 'write'],
    ['that says the same is left alone', { folder: { ...folder, version: 'b' } }, 'same'],
    ['with a version that was in use once is behind, however new its files are', { isKnown: true }, 'write'],
    [
      'that went back to an old version before our eyes was changed by a person',
      { isKnown: true, sawNewest: true },
      'record',
    ],
    ['changed since the newest version was saved is the next version', {}, 'record'],
    ['changed before that goes into the history', { folder: { ...folder, changedAt: 99 } }, 'shelve'],
    [
      'changed before our eyes counts, whatever its files say about their age',
      { folder: { ...folder, changedAt: 1 }, sawNewest: true },
      'record',
    ],
    ['that is half written is no edit', { folder: { ...folder, isBeingWritten: true }, sawNewest: true }, 'write'],
  ])('%s', (_says, changes, step) => {
    expect(reconcile({ ...standing, ...changes })).toBe(step);
  });

  test('never replaces a version that it cannot hold any more, nor one that is in it', () => {
    const standings = fc.record({
      folder: fc.option(
        fc.record({ version: fc.constantFrom('a', 'b', 'c'), changedAt: fc.nat(200), isBeingWritten: fc.boolean() }),
        { nil: undefined },
      ),
      newest: fc.option(fc.record({ version: fc.constantFrom('a', 'b'), savedAt: fc.nat(200) }), { nil: undefined }),
      isKnown: fc.boolean(),
      sawNewest: fc.boolean(),
    });
    fc.assert(
      fc.property(standings, (each) => {
        const step = reconcile(each);
        if (step === 'record' || step === 'shelve') {
          expect(each.folder).toBeDefined();
          expect(each.folder?.version).not.toBe(each.newest?.version);
        }
        if (step === 'write' || step === 'shelve') expect(each.newest).toBeDefined();
      }),
    );
  });
});
