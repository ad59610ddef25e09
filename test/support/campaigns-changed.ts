/** The sample campaign in a folder of its own, with another `campaign.yaml`. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, parseDocument } from 'yaml';

/** Gives a campaigns folder whose sample campaign was changed, with these files besides. */
export function campaignsChanged(change: (document: Document) => void, files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  cpSync('campaigns', folder, { recursive: true });
  const file = join(folder, 'uyghurs-abroad', 'campaign.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  change(document);
  writeFileSync(file, document.toString());
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'uyghurs-abroad', name), text);
  return folder;
}
