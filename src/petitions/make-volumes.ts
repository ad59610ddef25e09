/** Makes the files of a list of names: the CSV, a PDF for each volume, the manifest. Knows no database, and holds one volume at a time. */
import { createHash } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { buildManifest, type Manifest, type VolumePart } from './manifest.ts';
import { namesCsvPieces } from './names-csv.ts';
import { createNamesDigest } from './names-digest.ts';
import { createNamesTree, nameLeaves } from './names-tree.ts';
import type { PetitionName, PetitionSheet } from './petition-sheet.ts';
import { templateSha256, typesetVolume } from './typeset-volume.ts';

/** Names in one printed volume: a file of this size opens quickly everywhere. */
export const namesPerVolume = 10_000;

/** A name and the volume it stands in. */
export type PlacedName = PetitionName & { volume: number };

export interface VolumesNeeds {
  sheet: PetitionSheet;
  /** The texts that were signed, by their content. */
  campaigns: { slug: string; version: string }[];
  sealedAt: Instant;
  /** Its current key blinds the tree over the names. */
  keys: KeyRing;
  /** Gives the names in order, each time from the first. Asked twice: for the CSV, then for the volumes. */
  names(): AsyncIterable<PlacedName> | Iterable<PlacedName>;
  /** Keeps a file whole or not at all; when the contents break off with an error, not at all. */
  keep(file: string, contents: Buffer | string | AsyncIterable<string>): Promise<void>;
  /** Called after every volume with the names that stand on paper so far. */
  progress?(names: number): void;
}

/**
 * Makes all files, the manifest last: where there is one, the others are complete.
 * @throws AppError `internal` when the names are not the ones the sheet's digest was made of, and as
 * `typesetVolume` does.
 */
export async function makeVolumes(needs: VolumesNeeds): Promise<Manifest> {
  const { sheet, keep } = needs;
  const fileOf = (part: string): string => `petition-${sheet.number}-${part}`;

  const leaves = nameLeaves(needs.keys, sheet);
  if (!leaves) throw new AppError('internal', 'the key ring lacks its current key');
  const tree = createNamesTree(leaves);
  const csvHash = createHash('sha256');
  const csvFile = fileOf('names.csv');
  await keep(csvFile, checkedCsv(needs, { name: tree.add, text: (text) => void csvHash.update(text) }));

  const volumes: VolumePart[] = [];
  for await (const { volume, names } of volumesOf(needs.names())) {
    const { pdf, ...typeset } = await typesetVolume(sheet, { volume, names });
    const file = fileOf(`volume-${volume}.pdf`);
    await keep(file, pdf);
    volumes.push({ volume, file, pdfSha256: createHash('sha256').update(pdf).digest('hex'), typeset });
    needs.progress?.(names.at(-1)?.number ?? 0);
  }

  const manifest = buildManifest({
    sheet,
    campaigns: needs.campaigns,
    sealedAt: needs.sealedAt,
    volumes,
    csv: { file: csvFile, sha256: csvHash.digest('hex') },
    tree: { root: tree.rootHex(), key: leaves.key },
    templateSha256: await templateSha256(),
  });
  await keep(fileOf('manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** The CSV in pieces; breaks off at the end when the list is not the sealed one. */
async function* checkedCsv(
  { names, sheet }: VolumesNeeds,
  seen: { name(name: PlacedName): void; text(text: string): void },
): AsyncGenerator<string> {
  const digest = createNamesDigest();
  let count = 0;
  const pieces = namesCsvPieces(names(), (name) => {
    digest.add(name.name);
    seen.name(name);
    count += 1;
  });
  for await (const piece of pieces) {
    seen.text(piece);
    yield piece;
  }
  if (count !== sheet.count || digest.hex() !== sheet.digest)
    throw new AppError('internal', 'the names of this petition are not the sealed ones');
}

async function* volumesOf(
  placed: AsyncIterable<PlacedName> | Iterable<PlacedName>,
): AsyncGenerator<{ volume: number; names: PetitionName[] }> {
  let volume = 0;
  let names: PetitionName[] = [];
  for await (const { volume: own, number, name, language } of placed) {
    if (own !== volume && names.length > 0) {
      yield { volume, names };
      names = [];
    }
    volume = own;
    names.push({ number, name, language });
  }
  if (names.length > 0) yield { volume, names };
}
