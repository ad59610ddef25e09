/** What `todoke campaign preview` shows of the mails to signers: every kind in every language, with sample values. */
import { inLanguage } from '../campaigns/campaign-book.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { loadWords, wordsFolder, wordsFor } from '../campaigns/words.ts';
import { systemClock } from '../clock.ts';
import { compileNotice, mergeNotice } from '../notices/compile-notice.ts';
import { noticeKinds } from '../notices/notice-table.ts';

/** All of them, named `notice-<kind>-<language>`; also those the campaign does not send, so that it can choose. */
export async function previewNotices(campaign: Campaign): Promise<{ name: string; html: string; text: string }[]> {
  const all = await loadWords(wordsFolder);
  const shown: { name: string; html: string; text: string }[] = [];
  for (const language of campaign.languages) {
    const words = wordsFor(all, language);
    if (!words) continue;
    const date = new Intl.DateTimeFormat(words.dates, { dateStyle: 'long' }).format(systemClock.now());
    const values = {
      link: 'https://letters.example.org/receipts/example',
      stop: 'https://letters.example.org/news/example',
      date,
      target: inLanguage(campaign.targets[0]?.name ?? {}, language),
    };
    for (const kind of noticeKinds) {
      const mail = mergeNotice(await compileNotice(campaign, words, language, kind), values);
      shown.push({ name: `notice-${kind}-${language}`, ...mail });
    }
  }
  return shown;
}
