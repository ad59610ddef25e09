/** The proof that a signer's name stands on a petition, for the holder of her receipt alone. */
import { AppError } from '../errors.ts';
import { eventTable, signatureTable } from '../intake/signature-table.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable } from '../letters/letter-table.ts';
import { leafFileOf, readInclusion } from '../petitions/leaf-file.ts';
import { provesInclusion } from '../petitions/merkle-tree.ts';
import { nameLeaves } from '../petitions/names-tree.ts';
import type { PetitionFiles } from '../petitions/petition-files.ts';
import { petitionPlaceTable, petitionTable } from '../petitions/petition-table.ts';
import type { NameProof } from '../petitions/prove-name.ts';
import type { Database } from '../storage/database.ts';

interface Needs {
  database: Database;
  keys: KeyRing;
  files: PetitionFiles;
}

/**
 * The proof for one petition of a receipt. The caller has checked the token. Undefined when the receipt has no name on
 * that petition, or the petition is too old to have kept its leaves. Costs the same for a million names as for a
 * thousand. Throws `unavailable` when what is kept does not lead to the root of the manifest.
 */
export async function receiptProof(
  { database, keys, files }: Needs,
  eventId: string,
  serial: string,
): Promise<NameProof | undefined> {
  const { read } = database;
  const event = await read.findOneBy(eventTable, { id: eventId });
  // The receipt of a repeated signature knows nothing of the first one.
  if (!event || event.repeat) return undefined;
  const petition = await read.findOneBy(petitionTable, { serial });
  const letter =
    petition && (await read.findOneBy(letterTable, { signatureId: event.signatureId, petitionId: petition.id }));
  const place = letter && (await read.findOneBy(petitionPlaceTable, { petitionId: petition.id, letterId: letter.id }));
  const tree = petition?.manifest?.tree;
  if (!place || !tree) return undefined;
  const leaves = nameLeaves(keys, { number: serial, digest: petition.digest }, tree.key);
  const file = await files.find(serial, leafFileOf(serial));
  if (!leaves || !file) return undefined;
  const { number } = place;
  const { leaf, path } = await readInclusion(file, { number, count: petition.names });
  const root = Buffer.from(tree.root, 'hex');
  const signature = await read.findOneBy(signatureTable, { id: event.signatureId });
  const isHers = signature?.name === null || leaves.leaf({ number, name: signature?.name ?? '' }).equals(leaf);
  // A proof that proves nothing must not leave us.
  if (!isHers || !provesInclusion({ leaf, index: number - 1, size: petition.names, root }, path))
    throw new AppError('unavailable', 'The leaves of this petition do not fit to its manifest.');
  return {
    petition: serial,
    number,
    of: petition.names,
    root: tree.root,
    blind: leaves.blind(number).toString('hex'),
    path: path.map((hash) => hash.toString('hex')),
  };
}
