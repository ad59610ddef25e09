import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMerkleTree, inclusionProof, leafHash, provesInclusion } from '../../src/petitions/merkle-tree.ts';
import { leafOf, nameLeaves } from '../../src/petitions/names-tree.ts';

/** The entries and roots of the test data of RFC 6962, whose tree RFC 9162 kept. */
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const leaves = entries.map((hex) => leafHash(Buffer.from(hex, 'hex')));
const treeOf = (from: readonly Buffer[]) => {
  const tree = createMerkleTree();
  for (const leaf of from) tree.add(leaf);
  return tree.root();
};

describe('a Merkle tree', () => {
  test.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('of %i entries has the root everybody else finds', (size, root) => {
    expect(treeOf(leaves.slice(0, size)).toString('hex')).toBe(root);
  });

  const anyTree = fc.uniqueArray(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 70, selector: String });
  const anyPlace = anyTree.chain((texts) =>
    fc.record({
      list: fc.constant(texts.map((text) => leafHash(Buffer.from(text)))),
      index: fc.nat(texts.length - 1),
      other: fc.nat(texts.length - 1),
    }),
  );

  test('proves every entry at its place', () => {
    fc.assert(
      fc.property(anyPlace, ({ list, index }) => {
        const place = { leaf: list[index] as Buffer, index, size: list.length, root: treeOf(list) };
        const proof = inclusionProof(list, index);
        expect(provesInclusion(place, proof)).toBe(true);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(list.length)));
      }),
    );
  });

  test('proves no entry at another place, in another list or by a changed proof', () => {
    fc.assert(
      fc.property(anyPlace, fc.nat(), ({ list, index, other }, at) => {
        const place = { leaf: list[index] as Buffer, index, size: list.length, root: treeOf(list) };
        const proof = inclusionProof(list, index);
        if (other !== index) {
          expect(provesInclusion({ ...place, index: other }, proof)).toBe(false);
          expect(provesInclusion({ ...place, leaf: list[other] as Buffer }, proof)).toBe(false);
        }
        expect(provesInclusion({ ...place, root: treeOf([...list, leafHash(Buffer.from('more'))]) }, proof)).toBe(
          false,
        );
        expect(provesInclusion(place, [...proof, place.root])).toBe(false);
        expect(provesInclusion({ ...place, index: list.length }, proof)).toBe(false);
        if (proof.length === 0) return;
        expect(provesInclusion(place, proof.slice(1))).toBe(false);
        const changed = proof.map((hash) => Buffer.from(hash));
        const victim = changed[at % changed.length] as Buffer;
        victim[at % 32] = (victim[at % 32] as number) ^ 1;
        expect(provesInclusion(place, changed)).toBe(false);
      }),
    );
  });
});

describe('the leaves of a petition', () => {
  const ring = (fill: number) => ({ current: '1', keys: new Map([['1', createSecretKey(Buffer.alloc(32, fill))]]) });
  const petition = { number: '2026-0001', digest: 'd' };
  const hexOf = (name: { number: number; name: string }, fill = 1, of = petition) =>
    nameLeaves(ring(fill), of)?.leaf(name).toString('hex');

  test('are recomputed from the name, its number and its blind alone', () => {
    const made = nameLeaves(ring(1), petition);
    const name = { number: 7, name: 'Jose\u0301' };
    expect(leafOf({ ...name, name: 'José' }, made?.blind(7) ?? Buffer.of()).toString('hex')).toBe(hexOf(name));
    expect(made?.blind(7)).toHaveLength(32);
  });

  test('of one name differ by number, petition and key, so that no guess is confirmed without the blind', () => {
    const name = { number: 1, name: '人権 守' };
    const all = [
      hexOf(name),
      hexOf({ ...name, number: 2 }),
      hexOf(name, 2),
      hexOf(name, 1, { ...petition, number: '2026-0002' }),
      hexOf(name, 1, { ...petition, digest: 'e' }),
      leafHash(Buffer.from('人権 守')).toString('hex'),
    ];
    expect(new Set(all).size).toBe(all.length);
    const made = nameLeaves(ring(1), petition);
    expect(made?.blind(1).equals(made.blind(2))).toBe(false);
  });

  test('cannot be made with a key the ring has no more', () => {
    expect(nameLeaves(ring(1), petition, '2')).toBeUndefined();
  });
});
