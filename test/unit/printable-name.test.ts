import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printableName } from '../../src/petitions/printable-name.ts';

/** Fonts that draw Latin, Han, Arabic, marks and spaces, and of variation selectors only U+E0100; Thai has its own. */
const covers = Object.assign(
  (codePoint: number, selector?: number): boolean =>
    selector === undefined
      ? /[\p{Script=Latin}\p{Script=Han}\p{Script=Arabic}\p{Script=Thai}\p{Mn} ()’-]/u.test(
          String.fromCodePoint(codePoint),
        )
      : selector === 0xe0100,
  {
    together: (codePoints: readonly number[]): boolean =>
      [/^\p{Script=Thai}+$/u, /^\P{Script=Thai}+$/u].some((font) => font.test(String.fromCodePoint(...codePoints))),
  },
);

const anyName = fc.string({ unit: 'binary', maxLength: 30 });

describe('a name that the fonts can draw', () => {
  test.each(['人権 守', 'Đặng Thị Hồng Nhung', 'ئەركىن تۇردى', 'Anne-Marie O’Neill', 'می\u200cخواهم', '葛\u{e0100}城'])(
    '%s is printed as it was written',
    (name) => expect(printableName(name, covers)).toEqual({ text: name, substituted: [] }),
  );
});

test('Hangul in parts is put together, and nothing is reported', () => {
  const isHangul = (codePoint: number): boolean => codePoint >= 0xac00 && codePoint <= 0xd7a3;
  const hangul = Object.assign(isHangul, { together: () => true });
  expect(printableName('김민수'.normalize('NFD'), hangul)).toEqual({ text: '김민수', substituted: [] });
});

describe('what cannot or must not be printed is shown and reported', () => {
  test.each([
    ['a bidi override', '\u202eevil', '⟨U+202E⟩evil', ['U+202E']],
    ['an isolate', 'a\u2066b', 'a⟨U+2066⟩b', ['U+2066']],
    ['a control', 'tab\tname', 'tab⟨U+0009⟩name', ['U+0009']],
    ['a line end', 'a\nb', 'a⟨U+000A⟩b', ['U+000A']],
    ['private use', '\ue000x', '⟨U+E000⟩x', ['U+E000']],
    ['a lone surrogate', '\ud800x', '⟨U+D800⟩x', ['U+D800']],
    ['an unassigned code point', '\u{10ffff}x', '⟨U+10FFFF⟩x', ['U+10FFFF']],
    ['a script without a font', 'ⵜx', '⟨U+2D5C⟩x', ['U+2D5C']],
    ['a zero-width space', 'a\u200bb', 'a⟨U+200B⟩b', ['U+200B']],
    ['a filler that poses as a letter', '\u3164', '⟨U+3164⟩', ['U+3164']],
    ['nothing but space', '  ', '⟨U+0020⟩⟨U+0020⟩', ['U+0020', 'U+0020']],
    ['a mark without a letter', '\u0301x', '⟨U+0301⟩x', ['U+0301']],
    ['a mark that no font draws with its letter', 'a\u0e49x', 'a⟨U+0E49⟩x', ['U+0E49']],
    [
      'only the first that goes with it',
      '\u0e01\u0e49\u0301\u0e49',
      '\u0e01\u0e49⟨U+0301⟩⟨U+0E49⟩',
      ['U+0301', 'U+0E49'],
    ],
    ['a pile of marks', 'e\u0301\u0301\u0301\u0301', 'e\u0301\u0301\u0301⟨U+0301⟩', ['U+0301']],
  ])('%s', (_, name, text, substituted) => expect(printableName(name, covers)).toEqual({ text, substituted }));

  test('an unknown variant of a Han character is printed in its usual form and reported', () => {
    expect(printableName('辻\u{e0101}', covers)).toEqual({ text: '辻\u{e0101}', substituted: ['U+E0101'] });
  });
});

test('no name loses anything, whatever it holds', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      fc.pre(!name.includes('⟨'));
      const back = printableName(name, covers).text.replace(/⟨U\+([0-9A-F]+)⟩/g, (_, hex: string) =>
        String.fromCodePoint(Number.parseInt(hex, 16)),
      );
      expect(back).toBe(name);
    }),
  );
});

test('no printed name holds a control, a direction override or a character without a font', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const { text, substituted } = printableName(name, covers);
      expect(text).not.toMatch(/[\p{C}--[\u200c-\u200f\u061c\u180e]]/v);
      if (text !== name) expect(substituted).not.toEqual([]);
      for (const character of text.replace(/[⟨⟩]|U\+[0-9A-F]+|\p{Default_Ignorable_Code_Point}/gu, '')) {
        expect(covers(character.codePointAt(0) ?? 0)).toBe(true);
      }
    }),
  );
});
