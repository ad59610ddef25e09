/** Campaign folders for the bench: the sample campaign, once or five hundred times, each with a target of its own. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/** The letter of the sample in Japanese, DKIM-signed, has about this many bytes; the sink counts them. */
export const letterBytes = 12 * 1024;

/** The one of these campaigns with number `n`. */
export function campaignOf(n: number): { slug: string; target: string; mailbox: string } {
  const number = String(n).padStart(3, '0');
  return { slug: `bench-${number}`, target: `bench-target-${number}`, mailbox: `office${number}@embassy.example` };
}

/** Makes so many campaigns in a folder and gives that. */
export function makeCampaigns(folder: string, count: number): string {
  for (let n = 0; n < count; n += 1) {
    const { slug, target, mailbox } = campaignOf(n);
    const own = join(folder, slug);
    mkdirSync(own, { recursive: true });
    cpSync('campaigns/uyghurs-abroad', own, { recursive: true });
    const file = join(own, 'campaign.yaml');
    const document = parseDocument(readFileSync(file, 'utf8'));
    document.setIn(['targets', 0, 'id'], target);
    document.setIn(['targets', 0, 'mailboxes'], [mailbox]);
    // Compiling one language is enough for letters in one language.
    writeFileSync(file, document.toString());
  }
  return folder;
}
