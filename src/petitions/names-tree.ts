/** The Merkle tree over the names of a petition. Each leaf is blinded, so that a proof for one name gives no other away. */
import { createHmac, type KeyObject } from 'node:crypto';
import type { KeyRing } from '../key-ring.ts';
import type { NumberedName } from './names-csv.ts';
import { canonicalName } from './names-digest.ts';
import { createMerkleTree, leafHash } from './merkle-tree.ts';

/** Makes the leaves of one petition. */
export interface NameLeaves {
  /** Id of the key in the ring that the blinds are derived from. */
  key: string;
  /** 32 bytes that nobody without the key can guess; given to the signer with her proof, and to nobody else. */
  blind(number: number): Buffer;
  leaf(name: NumberedName): Buffer;
}

/**
 * The leaves under a key of the ring, the current one unless said otherwise; undefined when the ring has it no more.
 * The blind of a name is HMAC-SHA256 over its number, under a key for this petition alone that is derived from the
 * ring's. Without it, whoever gets a proof could try names until one has the hash of the neighbour that stands in it.
 */
export function nameLeaves(
  { keys, current }: KeyRing,
  petition: { number: string; digest: string },
  key = current,
): NameLeaves | undefined {
  const ringKey = keys.get(key);
  if (!ringKey) return undefined;
  const own = hmac(ringKey, `petition names\n${petition.number}\n${petition.digest}`);
  const blind = (number: number): Buffer => hmac(own, String(number));
  return { key, blind, leaf: (name) => leafOf(name, blind(name.number)) };
}

/** The leaf of a name: what its signer computes from her own name, number and blind. */
export function leafOf({ number, name }: NumberedName, blind: Buffer): Buffer {
  return leafHash(Buffer.concat([blind, Buffer.from(`${number}\n${canonicalName(name)}`)]));
}

/** The root over all names, taken one at a time; `seen` is told of each leaf. */
export function createNamesTree(
  leaves: NameLeaves,
  seen?: (leaf: Buffer) => void,
): { add(name: NumberedName): void; rootHex(): string } {
  const tree = createMerkleTree();
  return {
    add(name) {
      const leaf = leaves.leaf(name);
      tree.add(leaf);
      seen?.(leaf);
    },
    rootHex: () => tree.root().toString('hex'),
  };
}

function hmac(key: KeyObject | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
