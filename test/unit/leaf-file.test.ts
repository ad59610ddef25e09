import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockSize, createLeafFile, readInclusion } from '../../src/petitions/leaf-file.ts';
import { createMerkleTree, inclusionProof, provesInclusion } from '../../src/petitions/merkle-tree.ts';
import type { ByteRange, StoredFile } from '../../src/petitions/petition-files.ts';

const leafOf = (n: number): Buffer => createHash('sha256').update(String(n)).digest();

/** The file over this many leaves, and how many bytes were read of it. */
function fileOver(count: number): { file: StoredFile; leaves: Buffer[]; read: () => number } {
  const leaves = Array.from({ length: count }, (_, n) => leafOf(n));
  const record = createLeafFile();
  for (const leaf of leaves) record.add(leaf);
  const contents = record.contents();
  let bytes = 0;
  const read = ({ start, end }: ByteRange = { start: 0, end: contents.length - 1 }) => {
    bytes += end + 1 - start;
    return Promise.resolve(Readable.from([contents.subarray(start, end + 1)], { objectMode: false }));
  };
  return { file: { size: contents.length, read }, leaves, read: () => bytes };
}

const rootOf = (leaves: readonly Buffer[]): Buffer => {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
};

describe('the kept leaves of a petition', () => {
  test('give the very path that the whole list gives, at every length around the edges of blocks', async () => {
    const edges = [1, 2, 3, blockSize - 1, blockSize, blockSize + 1, 2 * blockSize, 3 * blockSize + 5];
    const lengths = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 1, max: 3 * blockSize }));
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), async (count, at) => {
        const { file, leaves } = fileOver(count);
        const index = at % count;
        const { leaf, path } = await readInclusion(file, { number: index + 1, count });
        expect(path).toEqual(inclusionProof(leaves, index));
        expect(leaf).toEqual(leafOf(index));
        expect(provesInclusion({ leaf, index, size: count, root: rootOf(leaves) }, path)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('are read in two short pieces, however many there are', async () => {
    const count = 50_000;
    const { file, read } = fileOver(count);
    await readInclusion(file, { number: count, count });
    expect(read()).toBeLessThan(32 * (blockSize + Math.ceil(count / blockSize) + 1));
  });

  test('of another length are no proof', async () => {
    const { file } = fileOver(7);
    await expect(readInclusion(file, { number: 1, count: 8 })).rejects.toThrow('not those that were made');
  });
});
