import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCulprit } from '../../src/petitions/find-culprit.ts';

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ number: index + 5, name: 'Sam Sample', language: 'en' }));

test('the one name that fails is found wherever it stands, in few tries', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3_000 }), fc.nat(), async (count, anywhere) => {
      const guilty = 5 + (anywhere % count);
      let tries = 0;
      const found = await findCulprit(numbered(count), async (some) => {
        tries += 1;
        return some.some(({ number, name }) => number === guilty && name === 'Sam Sample');
      });
      expect(found).toBe(guilty);
      expect(tries).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(count)));
    }),
  );
});

test('no name is blamed for a sheet that always fails, nor for a list that is only too long', async () => {
  expect(await findCulprit(numbered(100), async () => true)).toBeUndefined();
  expect(await findCulprit(numbered(100), async (some) => some.length > 60)).toBeUndefined();
});
