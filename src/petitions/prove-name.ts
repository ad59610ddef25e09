/** The proof that one name stands on a petition, to be checked against the manifest without the list. */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Manifest } from './manifest.ts';
import { createMerkleTree, inclusionProof, provesInclusion } from './merkle-tree.ts';
import type { NumberedName } from './names-csv.ts';
import { leafOf, type NameLeaves } from './names-tree.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** For the signer alone: with it and her name anybody can check that she stands there. Hashes and blind in hex. */
export const nameProofSchema = z.strictObject({
  petition: z.string(),
  number: z.int().positive(),
  of: z.int().positive(),
  root: sha256,
  blind: sha256,
  /** From the leaf to the root (RFC 9162 §2.1.3). */
  path: z.array(sha256).max(53),
});

export type NameProof = z.infer<typeof nameProofSchema>;

/**
 * Makes the proof for one number.
 * @throws AppError `not-found` for a number the list does not have, `conflict` when the list is not the sealed one.
 */
export function proveName(
  { petition, count, tree }: Manifest,
  names: readonly NumberedName[],
  leaves: NameLeaves,
  number: number,
): NameProof {
  if (!names.some((name) => name.number === number))
    throw new AppError('not-found', `This petition has no number ${number}: the last one is ${count}.`);
  const hashes = names.map(leaves.leaf);
  const whole = createMerkleTree();
  for (const hash of hashes) whole.add(hash);
  const root = whole.root().toString('hex');
  if (names.length !== count || root !== tree?.root)
    throw new AppError('conflict', 'The list is not the sealed one: `todoke petition verify` says where.');
  const path = inclusionProof(hashes, number - 1).map((hash) => hash.toString('hex'));
  return { petition, number, of: count, root, blind: leaves.blind(number).toString('hex'), path };
}

/** Whether a proof shows this name. The root has to be compared with the manifest's, or the paper's. */
export function proofShows({ number, of, root, blind, path }: NameProof, name: string): boolean {
  const leaf = leafOf({ number, name }, Buffer.from(blind, 'hex'));
  return provesInclusion(
    { leaf, index: number - 1, size: of, root: Buffer.from(root, 'hex') },
    path.map((hash) => Buffer.from(hash, 'hex')),
  );
}
