/** A Merkle tree as in RFC 9162 §2.1 with SHA-256: one hash over a list, and short proofs that an entry is in it. */
import { createHash } from 'node:crypto';

/** A leaf and a node never have the same input, so no proof passes off the one as the other. */
const leafMark = Buffer.from([0]);
const nodeMark = Buffer.from([1]);

const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The hash of an entry. */
export function leafHash(entry: Buffer): Buffer {
  return sha256(leafMark, entry);
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return sha256(nodeMark, left, right);
}

/** Takes leaves in order and holds one hash for each level, however long the list. */
export function createMerkleTree(): { add(leaf: Buffer): void; root(): Buffer } {
  /** Roots of whole subtrees, the largest first; there is one for each binary digit 1 of `size`. */
  const roots: Buffer[] = [];
  let size = 0;
  return {
    add(leaf) {
      let root = leaf;
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) root = nodeHash(roots.pop() as Buffer, root);
      roots.push(root);
      size += 1;
    },
    root: () => (size === 0 ? sha256() : roots.reduceRight((right, left) => nodeHash(left, right))),
  };
}

/** The hashes that lead from a leaf to the root, the lowest first (§2.1.3.1). `index` counts from 0. */
export function inclusionProof(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const half = largestPowerBelow(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...inclusionProof(left, index), rootOf(right)]
    : [...inclusionProof(right, index - half), rootOf(left)];
}

/** Whether a proof leads from a leaf, at its place in a list of this size, to the root (§2.1.3.2). */
export function provesInclusion(
  { leaf, index, size, root }: { leaf: Buffer; index: number; size: number; root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (index < 0 || index >= size) return false;
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      // On the right edge, levels without a sibling are passed over.
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}
