/** The leaves of the tree over a petition's names, kept beside its files: from them a proof takes two short readings. */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../errors.ts';
import { createMerkleTree, inclusionProof } from './merkle-tree.ts';
import type { StoredFile } from './petition-files.ts';

/** Bytes of a SHA-256. */
const hashSize = 32;
/**
 * Leaves of one block. A power of two: the root of a block is then a node of the whole tree (RFC 9162 §2.1.1), and a
 * million names take 31 KB for a block and 31 KB for the roots of all.
 */
export const blockSize = 1_024;

/** The file's name, with the other files of the petition. It holds hashes that say nothing without the key. */
export const leafFileOf = (serial: string): string => `petition-${serial}-leaves.bin`;

/** Takes the leaves in order; gives the file: all leaves, then the root of each block. */
export function createLeafFile(): { add(leaf: Buffer): void; contents(): Buffer } {
  const leaves: Buffer[] = [];
  const roots: Buffer[] = [];
  let block: Buffer[] = [];
  const close = (): void => {
    if (block.length === 0) return;
    leaves.push(Buffer.concat(block));
    roots.push(rootOf(block));
    block = [];
  };
  return {
    add(leaf) {
      block.push(leaf);
      if (block.length === blockSize) close();
    },
    contents() {
      close();
      return Buffer.concat([...leaves, ...roots]);
    },
  };
}

/**
 * The leaf of a number and the hashes that lead from it to the root, out of a file over `count` names. Reads two ranges
 * of the file, however many names there are. Throws `unavailable` when it is not as long as it must be.
 */
export async function readInclusion(
  file: StoredFile,
  { number, count }: { number: number; count: number },
): Promise<{ leaf: Buffer; path: Buffer[] }> {
  const blocks = Math.ceil(count / blockSize);
  if (file.size !== (count + blocks) * hashSize)
    throw new AppError('unavailable', 'The leaves of this petition are not those that were made.');
  const index = number - 1;
  const own = Math.floor(index / blockSize);
  const leaves = await hashes(file, own * blockSize, Math.min(count, (own + 1) * blockSize));
  const roots = await hashes(file, count, count + blocks);
  const path = [...inclusionProof(leaves, index - own * blockSize), ...inclusionProof(roots, own)];
  return { leaf: leaves[index - own * blockSize] ?? Buffer.alloc(0), path };
}

async function hashes(file: StoredFile, from: number, to: number): Promise<Buffer[]> {
  const stream: Readable = await file.read({ start: from * hashSize, end: to * hashSize - 1 });
  const bytes = await buffer(stream);
  return Array.from({ length: to - from }, (_, n) => bytes.subarray(n * hashSize, (n + 1) * hashSize));
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}
