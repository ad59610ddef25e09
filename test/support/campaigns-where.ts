/** The sample campaign in a folder of its own, changed as a test needs it. */
import { campaignsChanged } from './campaigns-changed.ts';

interface SampleTarget {
  id: string;
  mailboxes: string[];
  perHour?: number;
}

/** Gives a campaigns folder whose sample campaign writes to these targets. */
export function campaignsWhere(targets: readonly SampleTarget[]): string {
  return campaignsChanged((document) => {
    document.set(
      'targets',
      targets.map(({ id, mailboxes, perHour = 30 }) => ({
        id,
        name: { ja: `宛先 ${id}`, en: `Office ${id}` },
        salutation: { ja: '拝啓', en: 'Dear Sir or Madam,' },
        mailboxes,
        timeZone: 'Asia/Tokyo',
        pace: { perHour },
      })),
    );
  });
}
