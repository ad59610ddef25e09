/** Makes the files of a list of names: the CSV, a PDF for each volume, the manifest. Knows no database, and holds as many volumes as are typeset at a time. */
import { createHash } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { restful, type FreeCores } from './free-cores.ts';
import { coresFor } from './give-way.ts';
import { inOrder, type Room } from './in-order.ts';
import { createLeafFile, leafFileOf } from './leaf-file.ts';
import { buildManifest, type Manifest, type VolumePart } from './manifest.ts';
import { namesCsvPieces } from './names-csv.ts';
import { createNamesDigest } from './names-digest.ts';
import { createNamesTree, nameLeaves } from './names-tree.ts';
import type { PetitionName, PetitionSheet } from './petition-sheet.ts';
import {
  asNamesLetter,
  layoutSha256,
  typesetVolume,
  type TypesetOptions,
  type TypesetVolume,
  type Volume,
} from './typeset-volume.ts';

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
  /** Bounds of each child. Those that give way (`nice`) are at work on cores that nothing else needs. */
  typesetting?: TypesetOptions & { cores?: FreeCores };
  /** Whether the CSV begins with a byte order mark, so that spreadsheets see UTF-8; it does unless said otherwise. */
  bom?: boolean;
  /** Whether the leaves of the tree are kept too, so that signers can be given their proofs. */
  keepLeaves?: boolean;
  /** Called after every volume, in their order, with the names that stand on paper so far and what the volume took. */
  progress?(names: number, cost: TypesetVolume['cost']): void;
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
  const leafFile = needs.keepLeaves ? createLeafFile() : undefined;
  const tree = createNamesTree(leaves, leafFile?.add);
  const csvHash = createHash('sha256');
  const csvFile = fileOf('names.csv');
  const { cores: given, ...bounds } = needs.typesetting ?? {};
  const cores = given ?? coresFor(bounds.nice);
  const names = (): AsyncIterable<PlacedName> => restful(needs.names(), cores, bounds.signal);
  await keep(csvFile, checkedCsv({ ...needs, names }, { name: tree.add, text: (text) => void csvHash.update(text) }));
  if (leafFile) await keep(leafFileOf(sheet.number), leafFile.contents());

  const letterSheet = sheet.namesLetter ? await asNamesLetter(sheet) : undefined;
  let lastTook = 0;
  const make = async ({ volume, names }: Volume): Promise<VolumePart> => {
    const { pdf, ...typeset } = await typesetVolume(sheet, { volume, names }, bounds);
    lastTook = typeset.cost.cpuSeconds;
    const file = fileOf(`volume-${volume}.pdf`);
    await keep(file, pdf);
    const part = { volume, file, pdfSha256: sha256(pdf), typeset };
    if (letterSheet === undefined) return part;
    const letter = await typesetVolume(letterSheet, { volume, names }, bounds);
    lastTook += letter.cost.cpuSeconds;
    const letterName = fileOf(`letter-${volume}.pdf`);
    await keep(letterName, letter.pdf);
    return { ...part, letter: { file: letterName, pdfSha256: sha256(letter.pdf), pages: letter.pages } };
  };
  const volumes: VolumePart[] = [];
  const room: Room = { atOnce: cores.count, wait: () => cores.wait(lastTook, bounds.signal) };
  for await (const part of inOrder(volumesOf(names()), make, room)) {
    volumes.push(part);
    needs.progress?.(part.typeset.pageRanges.at(-1)?.to ?? 0, part.typeset.cost);
  }

  const manifest = buildManifest({
    sheet,
    campaigns: needs.campaigns,
    sealedAt: needs.sealedAt,
    volumes,
    csv: { file: csvFile, sha256: csvHash.digest('hex') },
    tree: { root: tree.rootHex(), key: leaves.key },
    templateSha256: await layoutSha256(sheet),
  });
  await keep(fileOf('manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The CSV in pieces; breaks off at the end when the list is not the sealed one. */
async function* checkedCsv(
  { names, sheet, bom = true }: VolumesNeeds,
  seen: { name(name: PlacedName): void; text(text: string): void },
): AsyncGenerator<string> {
  const digest = createNamesDigest();
  let count = 0;
  const counted = (name: PlacedName): void => {
    digest.add(name.name);
    seen.name(name);
    count += 1;
  };
  const pieces = namesCsvPieces(names(), counted, bom);
  for await (const piece of pieces) {
    seen.text(piece);
    yield piece;
  }
  if (count !== sheet.count || digest.hex() !== sheet.digest)
    throw new AppError('internal', 'the names of this petition are not the sealed ones');
}

async function* volumesOf(placed: AsyncIterable<PlacedName> | Iterable<PlacedName>): AsyncGenerator<Volume> {
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
