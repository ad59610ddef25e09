/** `npm run fuzz:names`: garbage from all corners of Unicode is printed by the ten thousand, and nothing of it may be lost. */
import { Command } from 'commander';
import { loadCampaigns } from '../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../src/campaigns/words.ts';
import { namesDigest } from '../src/petitions/names-digest.ts';
import { typesetVolume } from '../src/petitions/typeset-volume.ts';
import { writeSheet } from '../src/petitions/write-sheet.ts';
import { garbageNames } from '../test/support/garbage-names.ts';

const { count, seed } = new Command('npm run fuzz:names --')
  .option('--count <n>', 'names', '30000')
  .option('--seed <n>', 'begins the random choices', '1')
  .parse()
  .opts<{ count: string; seed: string }>();

const perVolume = 500;
const [campaign] = await loadCampaigns('campaigns');
const target = campaign?.targets[0];
if (!campaign || !target) throw new Error('there is no campaign to print for');
const words = await loadWords(wordsFolder);
const started = performance.now();
let [done, substituted, pages] = [0, 0, 0];
while (done < Number(count)) {
  const names = garbageNames(Math.min(perVolume, Number(count) - done), Number(seed) + done, done + 1);
  const facts = { serial: 'fuzz', target: target.id, names: names.length, volumes: 1, sealedAt: 0 };
  const sheet = writeSheet(campaign, { ...facts, digest: namesDigest(names.map(({ name }) => name)) }, words);
  // An empty box, a name without a page or a crash is thrown, with the number of the name that causes it.
  const volume = await typesetVolume(sheet, { volume: 1, names }, { timeoutMs: 600_000 });
  done += names.length;
  substituted += volume.substituted.length;
  pages += volume.pages;
  process.stdout.write(`${done} names, ${substituted} with ⟨U+XXXX⟩, ${pages} pages\n`);
}
process.stdout.write(`seed ${seed}: all printed in ${Math.round((performance.now() - started) / 1_000)} s\n`);
