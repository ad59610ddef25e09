/** The fingerprint of a sealed list of names: what stands on the paper, in the manifest and in the database. */
import { createHash } from 'node:crypto';

/**
 * SHA-256, in hex, over the canonical list: every name as it was sealed, in order, in Unicode normal form C,
 * as UTF-8, each followed by one line feed; no numbers, no byte order mark. Names have no line feeds (intake
 * refuses them); should one appear it counts as ␊, so that a list cannot be cut into other names.
 *
 * It is over the names and not over the PDF, because another version of a font or of Typst may change
 * the bytes of the PDF and never the list. To check one by hand: put the name column of the CSV, without the
 * protecting apostrophes (`names-csv.ts`), into a file of lines and run `sha256sum`.
 */
export function namesDigest(names: Iterable<string>): string {
  const digest = createNamesDigest();
  for (const name of names) digest.add(name);
  return digest.hex();
}

/** The same for a list that comes a name at a time. */
export function createNamesDigest(): { add(name: string): void; hex(): string } {
  const hash = createHash('sha256');
  return {
    add: (name) => void hash.update(`${canonicalName(name)}\n`, 'utf8'),
    hex: () => hash.digest('hex'),
  };
}

/** A name as it counts in every fingerprint. */
export function canonicalName(name: string): string {
  return name.normalize('NFC').replaceAll('\n', '␊');
}
