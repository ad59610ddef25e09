/** Makes all files of a petition in this process, without a database, and tells what it and its children took. */
import { createHash } from 'node:crypto';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../../src/campaigns/words.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import { makeVolumes, namesPerVolume, type PlacedName } from '../../src/petitions/make-volumes.ts';
import { createNamesDigest } from '../../src/petitions/names-digest.ts';
import { giveWay } from '../../src/petitions/give-way.ts';
import { writeSheet } from '../../src/petitions/write-sheet.ts';
import { eachMixedName } from '../../test/support/mixed-names.ts';
import { answer } from '../answer.ts';

export interface PetitionCost {
  /** From the first name to the manifest. */
  seconds: number;
  /** Processor time of this process and of all children together. */
  cpuSeconds: number;
  parentMb: number;
  /** Of the largest child. */
  childMb: number;
  /** SHA-256 over everything that was made: the same names make the same bytes. */
  bytes: string;
}

const keys = parseKeyRing(`1:${Buffer.alloc(32, 1).toString('base64')}`);

export const petitionsPart = {
  /** Answers once this process is up, so that its start is not taken for work. */
  ready: (): void => undefined,

  /** `nice`: how far this process gives way itself, as one with the role `petitions` alone does. */
  async make({ names, nice }: { names: number; nice: number }): Promise<PetitionCost> {
    giveWay(undefined, nice);
    const [campaign] = await loadCampaigns('campaigns');
    const target = campaign?.targets[0];
    if (!campaign || !target) throw new Error('there is no campaign to print for');
    const digest = createNamesDigest();
    for (const { name } of eachMixedName(names)) digest.add(name);
    const volumes = Math.ceil(names / namesPerVolume);
    const facts = { serial: '2020-0001', target: target.id, names, volumes, digest: digest.hex(), sealedAt: 0 };
    const words = await loadWords(wordsFolder);

    const bytes = createHash('sha256');
    const children = { cpuSeconds: 0, memoryMb: 0 };
    const before = process.cpuUsage();
    const start = performance.now();
    const manifest = await makeVolumes({
      sheet: writeSheet(campaign, facts, words),
      campaigns: [{ slug: campaign.slug, version: campaign.version }],
      sealedAt: 0,
      keys,
      names: () => placed(names),
      async keep(_file, contents) {
        // As a disk would: the whole file is read to its end.
        if (typeof contents !== 'string' && !Buffer.isBuffer(contents)) for await (const piece of contents) void piece;
      },
      progress(_names, cost) {
        children.cpuSeconds += cost.cpuSeconds;
        children.memoryMb = Math.max(children.memoryMb, cost.memoryMb);
      },
    });
    const own = process.cpuUsage(before);
    bytes.update(JSON.stringify(manifest));
    return {
      seconds: (performance.now() - start) / 1_000,
      cpuSeconds: children.cpuSeconds + (own.user + own.system) / 1e6,
      parentMb: process.resourceUsage().maxRSS / 1024,
      childMb: children.memoryMb,
      bytes: bytes.digest('hex'),
    };
  },
};

function* placed(names: number): Generator<PlacedName> {
  for (const name of eachMixedName(names)) yield { ...name, volume: Math.ceil(name.number / namesPerVolume) };
}

answer(petitionsPart);
