/** The sample campaign in a folder of its own, changed as a test needs it. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

interface SampleTarget {
  id: string;
  mailboxes: string[];
  perHour?: number;
}

/** Gives a campaigns folder whose sample campaign writes to these targets. */
export function campaignsWhere(targets: readonly SampleTarget[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  cpSync('campaigns', folder, { recursive: true });
  const file = join(folder, 'uyghurs-abroad', 'campaign.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
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
  writeFileSync(file, document.toString());
  return folder;
}
