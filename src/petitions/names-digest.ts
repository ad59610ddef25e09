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
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name.normalize('NFC').replaceAll('\n', '␊')}\n`, 'utf8');
  return hash.digest('hex');
}
