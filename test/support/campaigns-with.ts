/** The sample campaign in a folder of its own, with other sender settings. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/** Gives a campaigns folder in which `sender` holds these settings besides its address. */
export function campaignsWith(sender: { identity: 'reply-to' | 'from'; allowUnenforcedDomains?: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  cpSync('campaigns', folder, { recursive: true });
  const file = join(folder, 'uyghurs-abroad', 'campaign.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  for (const [name, value] of Object.entries(sender)) document.setIn(['sender', name], value);
  writeFileSync(file, document.toString());
  return folder;
}
