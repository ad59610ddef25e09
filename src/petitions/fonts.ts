/**
 * The fonts a petition is printed with, and in which order they are tried for a script.
 *
 * `npm ci` brings about 95 MB (130 MB on disk) of font packages under the SIL Open Font License, measured with
 * `npm pack`: Japanese 26, simplified Chinese 36, Latin, Greek and Cyrillic 5.5, Arabic 1.4 + 1.7, Korean 2.5,
 * emoji 2.9, the other scripts 1 to 3 each. The rest of the table is used when somebody installs the package
 * (`npm i --no-save @embedpdf/fonts-tc …`; the Docker image does) or puts font files into a folder.
 * Only static TTF and OTF files serve: Typst reads no WOFF2 and no variable fonts.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readFontFile, type FontFile } from './font-file.ts';
import type { Coverage } from './printable-name.ts';

export interface PrintFont extends FontFile {
  /** Scripts this font is the first choice for: ISO 15924, with Jpan, Hans, Hant and Kore for Han text. */
  scripts: readonly string[];
}

interface FontPackage {
  name: string;
  /** Regular, and one stronger weight for headings. */
  files: readonly string[];
  scripts: readonly string[];
}

/** The order matters twice: between fonts for one script, and for characters outside a name's own script. */
const packages: readonly FontPackage[] = [
  embedded('latin', ['NotoSans-Regular.ttf', 'NotoSans-SemiBold.ttf'], 'Latn', 'Cyrl', 'Grek'),
  // Noto's Arabic fonts build dotted letters from parts, and text copied from the PDF falls apart; Plex does not.
  google('ibm-plex-sans-arabic', 'IBMPlexSansArabic', 'Arab'),
  google('noto-sans-arabic', 'NotoSansArabic', 'Arab'),
  embedded('hebrew', ['NotoSansHebrew-Regular.ttf', 'NotoSansHebrew-Bold.ttf'], 'Hebr'),
  google('noto-sans-thai', 'NotoSansThai', 'Thai'),
  google('noto-sans-devanagari', 'NotoSansDevanagari', 'Deva'),
  google('noto-sans-bengali', 'NotoSansBengali', 'Beng'),
  google('noto-sans-tamil', 'NotoSansTamil', 'Taml'),
  google('noto-sans-telugu', 'NotoSansTelugu', 'Telu'),
  google('noto-sans-khmer', 'NotoSansKhmer', 'Khmr'),
  google('noto-sans-myanmar', 'NotoSansMyanmar', 'Mymr'),
  google('noto-sans-armenian', 'NotoSansArmenian', 'Armn'),
  google('noto-sans-georgian', 'NotoSansGeorgian', 'Geor'),
  google('noto-sans-ethiopic', 'NotoSansEthiopic', 'Ethi'),
  google('noto-sans-gujarati', 'NotoSansGujarati', 'Gujr'),
  google('noto-sans-gurmukhi', 'NotoSansGurmukhi', 'Guru'),
  google('noto-sans-kannada', 'NotoSansKannada', 'Knda'),
  google('noto-sans-malayalam', 'NotoSansMalayalam', 'Mlym'),
  google('noto-sans-oriya', 'NotoSansOriya', 'Orya'),
  google('noto-sans-sinhala', 'NotoSansSinhala', 'Sinh'),
  google('noto-sans-lao', 'NotoSansLao', 'Laoo'),
  google('noto-sans-thaana', 'NotoSansThaana', 'Thaa'),
  google('noto-sans-mongolian', 'NotoSansMongolian', 'Mong'),
  google('noto-serif-tibetan', 'NotoSerifTibetan', 'Tibt'),
  embedded('jp', ['NotoSansJP-Regular.otf', 'NotoSansJP-Medium.otf'], 'Jpan'),
  embedded('tc', ['NotoSansHant-Regular.otf', 'NotoSansHant-Medium.otf'], 'Hant'),
  embedded('sc', ['NotoSansHans-Regular.otf', 'NotoSansHans-Medium.otf'], 'Hans'),
  embedded('kr', ['NotoSansKR-Regular.otf', 'NotoSansKR-Medium.otf'], 'Kore'),
  google('nanum-gothic', 'NanumGothic', 'Kore'),
  // Brings ⟨ and ⟩, and the letters of fancy names (𝓜𝓪𝓶𝓸𝓻𝓾).
  google('noto-sans-math', 'NotoSansMath'),
  google('noto-sans-symbols-2', 'NotoSansSymbols2'),
  google('noto-emoji', 'NotoEmoji'),
];

/**
 * The fonts that are installed, most wanted first: the packages of the table, then every TTF and OTF file
 * in `folders`.
 * @throws Error when a file is not a font we can read.
 */
export function findFonts(folders: readonly string[] = []): PrintFont[] {
  const homes = createRequire(import.meta.url).resolve.paths('fonts') ?? [];
  const packaged = packages.flatMap(({ name, files, scripts }) => {
    const home = homes.map((folder) => join(folder, name)).find(existsSync);
    if (home === undefined) return [];
    const present = files.map((file) => join(home, file)).filter(existsSync);
    return present.map((path) => ({ ...readFontFile(path), scripts }));
  });
  const loose = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ttf|otf)$/i.test(file))
      .sort()
      .map((file) => ({ ...readFontFile(join(folder, file)), scripts: [] })),
  );
  return [...packaged, ...loose];
}

/** Families in the order to try them for text of this script. */
export function fontOrder(fonts: readonly PrintFont[], script: string): string[] {
  const own = fonts.filter((font) => font.scripts.includes(script));
  return [...new Set([...own, ...fonts].map((font) => font.family))];
}

/** Says whether any of the fonts draws a code point (with a variation selector), or one of them several together. */
export function fontCoverage(fonts: readonly PrintFont[]): Coverage {
  const seen = new Map<number, boolean>();
  const any = (codePoint: number, selector?: number): boolean => {
    if (selector !== undefined) return fonts.some((font) => font.covers(codePoint, selector));
    const known = seen.get(codePoint);
    if (known !== undefined) return known;
    const covered = fonts.some((font) => font.covers(codePoint));
    seen.set(codePoint, covered);
    return covered;
  };
  const together = (codePoints: readonly number[]): boolean =>
    fonts.some((font) => codePoints.every((codePoint) => font.covers(codePoint)));
  return Object.assign(any, { together });
}

function embedded(name: string, files: readonly string[], ...scripts: string[]): FontPackage {
  return { name: `@embedpdf/fonts-${name}`, files: files.map((file) => `fonts/${file}`), scripts };
}

function google(name: string, file: string, ...scripts: string[]): FontPackage {
  const files = ['400Regular', '600SemiBold', '700Bold'].map((weight) => `${weight}/${file}_${weight}.ttf`);
  return { name: `@expo-google-fonts/${name}`, files, scripts };
}
