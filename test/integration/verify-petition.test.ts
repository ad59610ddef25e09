import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadCampaign } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../../src/campaigns/words.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import type { Manifest } from '../../src/petitions/manifest.ts';
import { proofShows, type NameProof } from '../../src/petitions/prove-name.ts';
import { renderList } from '../../src/petitions/render-list.ts';
import { verifyPetition } from '../../src/petitions/verify-petition.ts';
import { campaign, target } from '../support/start-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'todoke-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = `1:${Buffer.alloc(32, 1).toString('base64')}`;
const keys = parseKeyRing(secret);
const list = '人権 守\n=SUM(A1)\nMamoru Jinken\n';

let made: Manifest;
let csv: string;
let pdf: Buffer;
const at = (name: string) => join(folder, name);
const manifestFile = () => at(`petition-${made.petition}-manifest.json`);
const csvFile = () => at(made.csv.file);

beforeAll(async () => {
  ({ manifest: made } = await renderList({
    campaign: await loadCampaign(join('campaigns', campaign)),
    words: await loadWords(wordsFolder),
    keys,
    target,
    list: Readable.from([Buffer.from(list)]),
    out: folder,
    sealedAt: Date.UTC(2020, 5, 1),
    perVolume: 2,
  }));
  csv = readFileSync(csvFile(), 'utf8');
  pdf = readFileSync(at(made.volumes[1]?.file ?? ''));
});
beforeEach(() => {
  writeFileSync(manifestFile(), JSON.stringify(made));
  writeFileSync(csvFile(), csv);
  writeFileSync(at(made.volumes[1]?.file ?? ''), pdf);
});

const verify = async (ring: typeof keys | undefined = keys) =>
  (await verifyPetition(manifestFile(), csvFile(), ring)).findings;
const said = async (fits: boolean | undefined, ring?: typeof keys) =>
  (await verify(ring)).filter((each) => each.fits === fits).map(({ says }) => says);
const changeManifest = (change: (manifest: Manifest) => void) => {
  const changed = structuredClone(made);
  change(changed);
  writeFileSync(manifestFile(), JSON.stringify(changed));
};

describe('a list that was sealed', () => {
  test('fits in everything', async () => {
    const findings = await verify();
    expect(findings.map(({ fits }) => fits)).toEqual(Array.from(findings, () => true));
    expect(findings).toHaveLength(8);
  });

  test('fits when a spreadsheet saved it anew', async () => {
    writeFileSync(csvFile(), csv.slice(1).replaceAll('"', '').replaceAll('\r\n', '\n'));
    expect(await said(false)).toEqual([]);
    expect(await said(undefined)).toEqual([expect.stringContaining('saved anew')]);
  });

  test('fits without volumes and keys; what was not checked is told', async () => {
    rmSync(at(made.volumes[1]?.file ?? ''));
    const findings = (await verifyPetition(manifestFile(), csvFile(), undefined)).findings;
    expect(findings.filter(({ fits }) => fits === false)).toEqual([]);
    expect(findings.filter(({ fits }) => fits === undefined).map(({ says }) => says)).toEqual([
      expect.stringContaining('takes key 1 of SECRETS'),
      expect.stringContaining('Volume 2 was not checked'),
    ]);
  });
});

describe('a list that was changed', () => {
  const lines = () => csv.split('\r\n');
  test.each([
    ['a name', () => csv.replace('Mamoru', 'Mamoruu'), ['not the sealed ones', 'another root']],
    [
      'the order',
      () => csv.replace('人権 守', 'x').replace('Mamoru Jinken', '人権 守').replace('"x"', '"Mamoru Jinken"'),
      ['not the sealed ones', 'another root'],
    ],
    [
      'a name fewer',
      () => lines().toSpliced(3, 1).join('\r\n'),
      ['has 2 names; the manifest says 3', 'not the sealed ones', 'another root'],
    ],
    [
      'a name more',
      () => `${csv}4,"x"\r\n`,
      ['has 4 names; the manifest says 3', 'not the sealed ones', 'another root'],
    ],
    ['a number', () => csv.replace('3,', '5,'), ['number 3 should be, the list has number 5', 'another root']],
  ])('in %s does not fit', async (_, changed, complaints) => {
    writeFileSync(csvFile(), changed());
    expect(await said(false)).toEqual(complaints.map((complaint) => expect.stringContaining(complaint)));
  });

  test('in a volume does not fit', async () => {
    appendFileSync(at(made.volumes[1]?.file ?? ''), ' ');
    expect(await said(false)).toEqual([expect.stringContaining('Volume 2 is not the file that was made')]);
  });

  test.each<[string, (manifest: Manifest) => void, string]>([
    ['a page', (manifest) => (manifest.volumes[1]!.pageRanges[0]!.from = 2), 'leave numbers out'],
    ['a volume', (manifest) => manifest.volumes.pop(), 'leave numbers out'],
    ['the begin of a volume', (manifest) => (manifest.volumes[1]!.from = 2), 'leave numbers out'],
    ['the end of a volume', (manifest) => (manifest.volumes[0]!.to = 3), 'leave numbers out'],
    ['the root', (manifest) => (manifest.tree!.root = 'a'.repeat(64)), 'another root'],
    ['the digest', (manifest) => (manifest.digest = 'a'.repeat(64)), 'not the sealed ones'],
  ])('in %s of the manifest does not fit', async (_, change, complaint) => {
    changeManifest(change);
    expect(await said(false)).toContainEqual(expect.stringContaining(complaint));
  });

  test('cannot make us read files elsewhere', async () => {
    changeManifest((manifest) => (manifest.volumes[0]!.file = '../../../../etc/passwd'));
    expect(await said(undefined)).toEqual([
      expect.stringContaining('passwd cannot be read beside the manifest (ENOENT)'),
    ]);
  });

  test('into no list or no manifest is told so', async () => {
    writeFileSync(csvFile(), 'number,name\n1,a,b');
    await expect(verify()).rejects.toThrow('Row 2 of the CSV is not a number and a name');
    writeFileSync(csvFile(), Buffer.from([0xff, 0xfe, 0]));
    await expect(verify()).rejects.toThrow('The CSV is not UTF-8');
    writeFileSync(manifestFile(), '{}');
    await expect(verify()).rejects.toThrow('no manifest of a petition');
  });
});

describe('todoke petition verify and prove', () => {
  const run = (env: Record<string, string>) =>
    spawnSync(process.execPath, ['src/cli/todoke.ts', 'petition', 'verify', manifestFile(), csvFile()], {
      encoding: 'utf8',
      env: { ...process.env, DATA_DIR: at('nothing-here'), ...env },
    });

  test('prints a proof that the signer can check with her name, and no name', () => {
    const prove = (number: string, env: Record<string, string>) =>
      spawnSync(process.execPath, ['src/cli/todoke.ts', 'petition', 'prove', manifestFile(), csvFile(), number], {
        encoding: 'utf8',
        env: { ...process.env, DATA_DIR: at('nothing-here'), ...env },
      });
    const { status, stdout } = prove('3', { SECRETS: secret });
    const proof = JSON.parse(stdout) as NameProof;
    expect([status, proof.root, proofShows(proof, 'Mamoru Jinken')]).toEqual([0, made.tree?.root, true]);
    expect(stdout).not.toMatch(/守|Mamoru/);
    writeFileSync(at('proof.json'), stdout);
    const check = (name: string, ...manifest: string[]) =>
      spawnSync(process.execPath, ['src/cli/todoke.ts', 'petition', 'check-proof', at('proof.json'), ...manifest], {
        encoding: 'utf8',
        input: `${name}\n`,
      });
    const shown = check('Mamoru Jinken', manifestFile());
    expect([shown.status, shown.stdout]).toEqual([0, expect.stringContaining('The root is the one of the manifest')]);
    const wrong = check('Mamoru Jinkem');
    expect([wrong.status, wrong.stdout]).toEqual([1, expect.stringContaining('is not shown to stand at number 3')]);
    expect(prove('3', {}).stderr).toContain('takes key 1 of SECRETS');
    expect(prove('4', { SECRETS: secret }).stderr).toContain('the last one is 3');
  });

  test('says in words and by its exit code what fits, without naming anybody', () => {
    const good = run({ SECRETS: secret });
    expect([good.status, good.stdout]).toEqual([0, expect.stringContaining('The list is the sealed one.')]);
    expect(good.stdout).not.toMatch(/·|✗|守|Mamoru/);
    writeFileSync(csvFile(), csv.replace('Mamoru', 'Mamoruu'));
    const bad = run({});
    expect([bad.status, bad.stdout]).toEqual([1, expect.stringMatching(/✗ The names are not the sealed ones/)]);
    expect(bad.stdout).toContain('· The tree over the names was not checked');
    expect(bad.stdout).not.toMatch(/守|Mamoru/);
  });
});
