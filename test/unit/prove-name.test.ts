import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/petitions/manifest.ts';
import { createNamesTree, nameLeaves, type NameLeaves } from '../../src/petitions/names-tree.ts';
import { proofShows, proveName } from '../../src/petitions/prove-name.ts';

const ring = { current: '1', keys: new Map([['1', createSecretKey(Buffer.alloc(32, 1))]]) };
const leaves = nameLeaves(ring, { number: '2026-0001', digest: 'd' }) as NameLeaves;
const numbered = (names: readonly string[]) => names.map((name, index) => ({ number: index + 1, name }));
const manifestOf = (names: readonly string[]) => {
  const tree = createNamesTree(leaves);
  for (const name of numbered(names)) tree.add(name);
  const root = tree.rootHex();
  return { petition: '2026-0001', count: names.length, tree: { root, key: '1' } } as unknown as Manifest;
};

const anyNames = fc.array(fc.constantFrom('人権 守', 'Mamoru', 'Ada', 'x'), { minLength: 1, maxLength: 40 });

describe('the proof for a name', () => {
  test('shows this name and no other, in lists of any length, also where names are alike', () => {
    fc.assert(
      fc.property(anyNames, fc.nat(), (names, at) => {
        const number = (at % names.length) + 1;
        const proof = proveName(manifestOf(names), numbered(names), leaves, number);
        expect(proofShows(proof, names[number - 1] ?? '')).toBe(true);
        expect(proofShows(proof, `${names[number - 1]}x`)).toBe(false);
        expect(proofShows({ ...proof, number: number + 1 }, names[number - 1] ?? '')).toBe(false);
        expect(proofShows({ ...proof, root: 'a'.repeat(64) }, names[number - 1] ?? '')).toBe(false);
      }),
    );
  });

  test("does not confirm a guess at the neighbour's name", () => {
    const names = ['人権 守', 'Mamoru'];
    const proof = proveName(manifestOf(names), numbered(names), leaves, 1);
    const [neighbour] = proof.path;
    const guess = leaves.leaf({ number: 2, name: 'Mamoru' }).toString('hex');
    // Whoever has the key could: that is why only staff have it.
    expect(neighbour).toBe(guess);
    const withOwnBlind = nameLeavesWith(proof.blind).leaf({ number: 2, name: 'Mamoru' }).toString('hex');
    expect(neighbour).not.toBe(withOwnBlind);
    expect(JSON.stringify(proof)).not.toMatch(/守|Mamoru/);
  });

  test('is not made for a number that is none, or out of another list', () => {
    const names = ['a', 'b'];
    expect(() => proveName(manifestOf(names), numbered(names), leaves, 3)).toThrow('the last one is 2');
    expect(() => proveName(manifestOf(names), numbered(['a', 'c']), leaves, 1)).toThrow('not the sealed one');
  });
});

/** All that a signer can make out of her own blind. */
function nameLeavesWith(blind: string): NameLeaves {
  const keys = new Map([['1', createSecretKey(Buffer.from(blind, 'hex'))]]);
  return nameLeaves({ current: '1', keys }, { number: '2026-0001', digest: 'd' }) as NameLeaves;
}
