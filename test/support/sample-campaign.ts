/** The sample campaign in a folder of its own, with changes to its campaign.yaml and files beside it. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/** Gives a campaigns folder; `changes` replace keys of the file, `files` are put beside it. */
export function sampleCampaignWith(
  changes: Record<string, unknown>,
  files: Record<string, string | Buffer> = {},
): string {
  const root = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  cpSync('campaigns', root, { recursive: true });
  const folder = join(root, 'uyghurs-abroad');
  const yaml = join(folder, 'campaign.yaml');
  const document = parseDocument(readFileSync(yaml, 'utf8'));
  for (const [name, value] of Object.entries(changes)) document.set(name, value);
  writeFileSync(yaml, document.toString());
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return root;
}

/** A drawing that may be shown, and the smallest picture. */
export const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><defs><linearGradient id="g"><stop stop-color="#05546b"/></linearGradient></defs><circle cx="20" cy="20" r="18" fill="url(#g)"/></svg>';
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
