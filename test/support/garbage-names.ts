/** Names that nobody has: any code points in any order, from the corners of Unicode. */
import { seededRandom } from './seeded-random.ts';

/** Blocks that bite: controls, marks, bidi, jamo, joiners, selectors, private use, surrogates, tags, far planes. */
const corners: readonly [from: number, to: number][] = [
  [0x00, 0x7f],
  [0x80, 0x24f],
  [0x300, 0x36f],
  [0x370, 0x5ff],
  [0x600, 0x8ff],
  [0x900, 0xdff],
  [0xe00, 0x109f],
  [0x1100, 0x11ff],
  [0x1200, 0x1cff],
  [0x2000, 0x206f],
  [0x20d0, 0x2bff],
  [0x3000, 0x9fff],
  [0xac00, 0xd7a3],
  [0xd800, 0xdfff],
  [0xe000, 0xf8ff],
  [0xf900, 0xffff],
  [0x10000, 0x1ffff],
  [0x20000, 0x323af],
  [0xe0000, 0xe01ef],
  [0, 0x10ffff],
];

/** `count` names of 1 to 24 code points, numbered from `from`, the same ones for a seed. */
export function garbageNames(
  count: number,
  seed: number,
  from = 1,
): { number: number; name: string; language: string }[] {
  const random = seededRandom(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  const languages = ['ja', 'en', 'ug', 'zh-Hant', 'ko', 'x', ''];
  return Array.from({ length: count }, (_, index) => {
    const few = Array.from({ length: 1 + upTo(3) }, () => corners[upTo(corners.length)]);
    const letters = Array.from({ length: 1 + upTo(24) }, () => {
      const [low, high] = few[upTo(few.length)] as readonly [number, number];
      return String.fromCodePoint(low + upTo(high - low + 1));
    });
    return { number: from + index, name: letters.join(''), language: languages[upTo(languages.length)] ?? '' };
  });
}
