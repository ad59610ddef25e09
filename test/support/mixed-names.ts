/** Many plausible names in the scripts that signers of one petition have: the same ones each time. */
import { seededRandom } from './seeded-random.ts';

interface Mix {
  share: number;
  language: string;
  given: string[];
  family?: string[];
  familyFirst?: boolean;
}

const list = (text: string): string[] => text.split(' ');

const mixes: readonly Mix[] = [
  {
    share: 40,
    language: 'ja',
    family: list(
      '佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 斎藤 𠮷田 髙橋 山﨑 渡邊 齋藤 濵田 勅使河原',
    ),
    given: list('守 美咲 さくら 凜 マリア 琉那 陽菜 健 翔太 大輔 結衣 蓮 葵 悠真 花子 一郎 拓海 彩'),
    familyFirst: true,
  },
  {
    share: 22,
    language: 'en',
    given: list('Mamoru Zoë José Łukasz Anne-Marie Ngũgĩ Søren Björk Charlotte Alexander François Wolfgang'),
    family: list('Jinken Muster Sample Ñúñez Żółć O’Neill Thiong’o Guðmundsdóttir Montgomery Papadopoulos Lefèvre'),
  },
  {
    share: 10,
    language: 'ug',
    given: list('ئەركىن مەھمۇت رىزۋانگۈل گۈلنار ئابدۇرېھىم دىلنۇر'),
    family: list('تۇردى قەشقەرىي ئوبۇل ئۆتكۈر رەيھان'),
  },
  { share: 9, language: 'zh-Hans', given: list('伟 钰婕 秀英 娜 建国 明月'), family: list('张 刘 王 李 陈 欧阳') },
  { share: 5, language: 'ko', given: list('민수 서연 지훈 은영'), family: list('김 박 이 최'), familyFirst: true },
  { share: 3, language: 'ar', given: list('محمد فاطمة خديجة'), family: list('الزهراء المصري حسن') },
  { share: 2, language: 'th', given: list('สมชาย ปริญญา'), family: list('ใจดี ก้องเกียรติ์') },
  { share: 2, language: 'hi', given: list('अमिताभ लक्ष्मी'), family: list('बच्चन शर्मा') },
  { share: 2, language: 'ru', given: list('Александр Галина'), family: list('Солженицын Їжакевич Щукина') },
  {
    share: 2,
    language: 'vi',
    given: list('Nhung Duyên'),
    family: list('Đặng-Thị-Hồng Trần-Thị-Mỹ'),
    familyFirst: true,
  },
  { share: 1, language: 'he', given: list('שרה יעקב'), family: list('כהן לוי') },
  { share: 1, language: 'bn', given: list('লক্ষ্মী'), family: list('দেবী রায়') },
  { share: 1, language: 'und', given: ['🌸 Sakura', '田中 محمد', 'Smith (Cairo)'] },
];

interface MixedName {
  number: number;
  name: string;
  language: string;
}

/** `count` names, numbered from 1, from a seed. */
export function mixedNames(count: number, seed = 1): MixedName[] {
  return [...eachMixedName(count, seed)];
}

/** The same one at a time, for a million of them. */
export function* eachMixedName(count: number, seed = 1): Generator<MixedName> {
  const random = seededRandom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
  const shares = mixes.flatMap((mix) => Array.from({ length: mix.share }, () => mix));
  for (let number = 1; number <= count; number += 1) {
    const { language, given, family, familyFirst } = shares[Math.floor(random() * shares.length)] as Mix;
    const parts = family ? [pick(given), pick(family)] : [pick(given)];
    const space = language.startsWith('zh') || language === 'ko' ? '' : ' ';
    const inOrder = familyFirst === true || space === '' ? parts.toReversed() : parts;
    yield { number, name: inOrder.join(space), language };
  }
}
