/** Sixty invented signers for the demo: names in many scripts, every address under `.example`. */

export interface DemoSigner {
  name: string;
  email: string;
  phone?: string;
  message?: string;
  language: 'ja' | 'en';
}

const japanese = [
  '人権 守',
  '見本 花子',
  '見本 太郎',
  '例文 さくら',
  '試験 一郎',
  '髙橋 見本',
  '渡邉 例',
  '𠮷田 見本',
  '手紙 届',
  '窓口 ひかり',
  '署名 あおい',
  '言葉 つむぎ',
  '声 とどく',
  '光 のぞみ',
  '橋本 見本',
  '海野 例',
  '山野 例',
  '川辺 見本',
  '春野 例',
  '秋山 見本',
  'マモル・ジンケン',
  '見本・マリア',
  '例文 健太',
  '平和 祈',
  '自由 翼',
  '空 はるか',
  '森 みどり',
  '星 ひとみ',
  '田中（見本）',
  'やまだ みほん',
];

/** Those that go on paper in the demo are names that pdftotext gives back letter for letter; it turns the words of others around. */
const others = [
  'Mamoru Jinken',
  'Sample Person',
  'ئەخمەت ئۈلگە',
  'مثال أحمد',
  'דוגמה ישראלי',
  'उदाहरण कुमार',
  'Zoë Muster',
  'Łucja Przykład',
  'Nguyễn Văn Mẫu',
  "O'Example, Pat",
  'Åsa Exempel',
  'José Ejemplo-Núñez',
  'İpek Örnek',
  'Ødegård Eksempel',
  'Анна Пример',
  'Μαρία Παράδειγμα',
  'ئۈلگە',
  'أحمد',
  'דוגמה',
  '홍길동',
  '김보기',
  '王样本',
  '陳範例',
  'สมชาย ตัวอย่าง',
  'উদাহরণ রহমান',
  'మాదిరి',
  'ნიმუში გიორგი',
  'Օրինակ Արամ',
  'Sample 🌸 Flower',
  '=Sum Ofall',
];

const words = [
  'I read every case you write about. Please read this one.',
  'My grandmother left her home too. Nobody should be threatened for it.',
  'Families must be able to call each other.',
];
const kotoba = [
  '離れて暮らす家族の声が聞けますように。',
  'どうか、この手紙をお読みください。',
  'だれもが安心して暮らせる場所を。',
];

/** Signers in the order they sign, both languages in turn, each from a mail domain of a small set. */
export function demoSigners(): DemoSigner[] {
  return Array.from({ length: 60 }, (_, index) => {
    const pair = Math.floor(index / 2);
    const isJapanese = index % 2 === 0;
    const name = (isJapanese ? japanese[pair] : others[pair]) ?? `Sample ${index}`;
    const message = index % 7 === 0 ? (isJapanese ? kotoba : words)[pair % 3] : undefined;
    return {
      name,
      email: `signer${String(index + 1).padStart(2, '0')}@mail${(index % 12) + 1}.example`,
      ...(index % 5 === 0 ? { phone: ['0322223333', '03-2222-3333', '０３２２２２３３３３'][index % 3] ?? '' } : {}),
      ...(message === undefined ? {} : { message }),
      language: isJapanese ? 'ja' : 'en',
    };
  });
}
