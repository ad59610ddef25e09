/** The sample campaign in a folder of its own, addressed to other mailboxes. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/** Gives a campaigns folder whose one campaign has these targets: id and mailbox of each. */
export function campaignTo(targets: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  cpSync('campaigns', folder, { recursive: true });
  const file = join(folder, 'uyghurs-abroad', 'campaign.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const sample = (document.toJS() as { targets: object[] }).targets[0];
  document.set(
    'targets',
    Object.entries(targets).map(([id, mailbox]) => ({ ...sample, id, mailboxes: [mailbox] })),
  );
  writeFileSync(file, document.toString());
  return folder;
}
