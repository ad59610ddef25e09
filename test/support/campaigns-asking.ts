/** The sample campaign as one that writes to its signers. */
import { campaignsChanged } from './campaigns-changed.ts';

interface Asking {
  confirm?: 'none' | 'form' | 'all';
  thanks?: 'none' | 'form' | 'all';
  /** Whether the page asks who wants news. */
  news?: boolean;
  files?: Record<string, string>;
}

export const newsVersion = '2026-11-27';

/** Gives a campaigns folder whose sample campaign asks for this. */
export function campaignsAsking({ confirm = 'none', thanks = 'none', news = false, files }: Asking): string {
  return campaignsChanged((document) => {
    document.set('confirm', confirm);
    document.set('notices', { thanks });
    const text = { ja: '提出の知らせをメールで受け取ります。', en: 'Tell me by mail when it is handed over.' };
    if (news) document.addIn(['consents'], { id: 'news', version: newsVersion, required: false, text });
  }, files);
}
