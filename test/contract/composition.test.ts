import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCampaignBook } from '../../src/campaigns/campaign-book.ts';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../../src/campaigns/words.ts';
import { day, hour } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { audit } from '../../src/ledger/audit.ts';
import { letterTable, moveLetters } from '../../src/letters/letter-table.ts';
import { channelSwitchTable, readChannel, writeChannel } from '../../src/outbox/channel-table.ts';
import { compileOccasionTable } from '../../src/petitions/compile-occasion-table.ts';
import { compileOnSchedule } from '../../src/petitions/compile-on-schedule.ts';
import { finishHandIn } from '../../src/petitions/end-letters.ts';
import { finishPetition, sweepPetitions } from '../../src/petitions/finish-petition.ts';
import { namesDigest } from '../../src/petitions/names-digest.ts';
import { namesOnPetition } from '../../src/petitions/names-on-petition.ts';
import { petitionTable, type Petition } from '../../src/petitions/petition-table.ts';
import { recordHandIn } from '../../src/petitions/record-hand-in.ts';
import { finishSealing, sealPetition } from '../../src/petitions/seal-petition.ts';
import { strikeHandIn } from '../../src/petitions/strike-hand-in.ts';
import { finishVoiding, voidPetition } from '../../src/petitions/void-petition.ts';
import { withholdName } from '../../src/petitions/weed-names.ts';
import { openPetitions } from '../../src/roles/petitions.ts';
import type { RoleNeeds } from '../../src/roles/role.ts';
import { openKeyRing } from '../../src/secrets.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { insertRows } from '../../src/storage/write-rows.ts';
import { tables } from '../../src/tables.ts';
import { webhookEventTable } from '../../src/webhooks/webhook-event-table.ts';
import { movableClock, type MovableClock } from '../support/movable-clock.ts';
import { aCampaign, office, openGround, signAll, slugs } from '../support/petition-ground.ts';
import { storageEngines } from '../support/storage-engines.ts';

const [first, second] = slugs;
const people = (prefix: string, many: number) => Array.from({ length: many }, (_, n) => `${prefix} ${n + 1}`);

describe.each(storageEngines)('composition on $name', ({ fresh }) => {
  let database: Database;
  /** Another process on the same rows. */
  let beside: Database;
  let clock: MovableClock;
  let drop: () => Promise<void>;
  let asked: string[];
  const queue = { ask: (_name: string, job: object) => Promise.resolve(void asked.push(JSON.stringify(job))) };

  beforeAll(async () => {
    const ground = await fresh();
    drop = ground.drop;
    database = await openDatabase(ground.choice, tables);
    beside = await openDatabase(ground.choice, tables);
  });
  afterAll(async () => {
    await beside.close();
    await database.close();
    await drop();
  });
  beforeEach(async () => {
    clock = movableClock();
    asked = [];
    await openGround(database);
  });
  afterEach(expectGreen);

  async function expectGreen(): Promise<void> {
    const { findings } = await audit(database);
    expect(findings.filter(({ violations }) => violations > 0)).toEqual([]);
  }
  const needs = (own = database) => ({ database: own, clock, queue, perBatch: 3 });
  const wish = (campaigns: readonly string[]) => ({
    campaigns: campaigns.map((slug) => aCampaign(slug)),
    target: office,
    by: 'test',
  });
  const read = (id: string) => database.read.findOneByOrFail(petitionTable, { id });
  async function namesOn(petition: Petition): Promise<(string | null)[]> {
    const names: (string | null)[] = [];
    for await (const { name } of namesOnPetition(database.read, petition)) names.push(name);
    return names;
  }

  test('names come in batches, the rows are sound after each, and one commit seals them', async () => {
    const names = people('守', 8);
    await signAll({ database, clock }, first, names);
    const begun = await sealPetition(needs(), wish([first]), 0);
    expect(begun).toMatchObject({ state: 'sealing', names: 6, done: 6, expected: 8, digest: '' });
    await expectGreen();
    await expect(sealPetition(needs(beside), wish([first]))).rejects.toThrow('is being sealed');
    const sealed = await finishSealing(needs(beside), begun.id);
    expect(sealed).toMatchObject({
      state: 'sealed',
      serial: '2020-0001',
      names: 8,
      volumes: 1,
      digest: namesDigest(names),
    });
    expect(await namesOn(sealed)).toEqual(names);
    expect(await finishSealing(needs(), begun.id)).toMatchObject({ state: 'sealed', names: 8 });
  });

  test('whoever leaves, is withheld or signs meanwhile is not on it, and nobody comes out of order', async () => {
    const [, , , , fifth = '', sixth = ''] = await signAll({ database, clock }, first, people('守', 7));
    const begun = await database
      .write(async () => undefined)
      .then(() => sealPetition({ ...needs(), perBatch: 2 }, wish([first]), 0));
    expect(begun.names).toBe(4);
    await withholdName({ database, clock }, { campaign: first, letterId: fifth, by: 'test', reason: 'a brand' });
    await database.write((transaction) =>
      moveLetters(
        transaction,
        [{ id: sixth, from: 'for_hand', to: 'withdrawn', reason: 'taken back by the signer' }],
        clock.now(),
      ),
    );
    clock.move(1);
    await signAll({ database, clock }, first, ['too late']);
    const sealed = await finishSealing(needs(), begun.id);
    expect(await namesOn(sealed)).toEqual(['守 1', '守 2', '守 3', '守 4', '守 7']);
    expect(sealed.withheld).toBe(1);
  });

  test('two compilers at once never seal one letter twice', async () => {
    await signAll({ database, clock }, first, people('守', 20));
    await signAll({ database, clock }, second, people('Zoë', 20));
    const tries = await Promise.allSettled([
      sealPetition(needs(), wish([first])),
      sealPetition(needs(beside), wish([second, first])),
      sealPetition(needs(), wish([second])),
      sealPetition(needs(beside), wish([first])),
    ]);
    for (const each of tries) if (each.status === 'rejected') expect((each.reason as AppError).code).toBe('conflict');
    expect(tries.some(({ status }) => status === 'fulfilled')).toBe(true);
    await expectGreen();
    // Two that go on with one petition take turns.
    const left = await sealPetition({ ...needs(), perBatch: 1 }, wish([first, second]), 0).catch(() => undefined);
    if (left) await Promise.all([finishSealing(needs(), left.id), finishSealing(needs(beside), left.id)]);
    expect(await database.read.countBy(letterTable, { state: 'petitioned' })).toBe(40);
  });

  test('names of several campaigns stand together, campaign by campaign, each in the order of signing', async () => {
    await signAll({ database, clock }, first, people('守', 4));
    clock.move(5);
    await signAll({ database, clock }, second, people('Zoë', 4));
    clock.move(5);
    await signAll({ database, clock }, first, ['守 5']);
    const petition = await sealPetition(needs(), wish([second, first]));
    expect(petition.campaign).toBe(second);
    expect(petition.campaigns.map(({ slug, names }) => [slug, names])).toEqual([
      [second, 4],
      [first, 5],
    ]);
    expect(await namesOn(petition)).toEqual([...people('Zoë', 4), ...people('守', 5)]);
  });

  test('a campaign without a waiting name is not on the paper, and does not lead it', async () => {
    await signAll({ database, clock }, second, people('Zoë', 2));
    const petition = await sealPetition(needs(), wish([first, second]));
    expect([petition.campaign, petition.campaigns.length]).toEqual([second, 1]);
    await expect(sealPetition(needs(), wish([first, second]))).rejects.toThrow('No name waits');
    await expect(sealPetition(needs(), { ...wish([first]), target: 'nobody' })).rejects.toThrow('no such target');
  });

  test('a voided petition lets its names go in batches, and nobody compiles meanwhile', async () => {
    await signAll({ database, clock }, first, people('守', 8));
    const { id } = await sealPetition(needs(), wish([first]));
    const voiding = await voidPetition(needs(), id, 'a misprint', 0);
    expect(voiding).toMatchObject({ state: 'voiding', done: 3, voidReason: 'a misprint' });
    await expectGreen();
    await expect(sealPetition(needs(beside), wish([first]))).rejects.toThrow('is being voided');
    await expect(voidPetition(needs(), id, 'again')).rejects.toThrow('is being voided');
    expect(await finishVoiding(needs(beside), voiding)).toMatchObject({ state: 'void', dueAt: null });
    expect((await sealPetition(needs(), wish([first]))).names).toBe(8);
  });

  test('a petition that was received ends its letters in batches, and cannot be voided meanwhile', async () => {
    await signAll({ database, clock }, first, people('守', 8));
    const { id } = await sealPetition(needs(), wish([first]));
    await database.write((transaction) => transaction.update(petitionTable, { id }, { filesAt: clock.now() }));
    const paper = { place: 'at the gate', carrier: null, reference: null, note: null };
    const report = { at: clock.now(), outcome: 'accepted', ...paper } as const;
    const told = { by: 'test', patience: 0 };
    asked = [];
    const { handIn } = await recordHandIn(needs(), id, report, told);
    expect(asked).toEqual([JSON.stringify({ petitionId: id })]);
    const half = await read(id);
    expect(half).toMatchObject({ state: 'handing_in', done: 3, dueAt: clock.now() + 5_000 });
    await expectGreen();
    await expect(voidPetition(needs(beside), id, 'a misprint')).rejects.toThrow('is being handed in');
    await expect(recordHandIn(needs(), id, { ...report, place: 'elsewhere' }, told)).rejects.toThrow('being handed in');
    expect((await recordHandIn(needs(beside), id, report, told)).handIn.id).toBe(handIn.id);
    const strike = strikeHandIn(needs(), { petitionId: id, handInId: handIn.id }, { reason: 'x', by: 'test' });
    await expect(strike).rejects.toThrow('cannot be struck');
    // Two at once end each letter once.
    const ends = await Promise.all([finishHandIn(needs(), half), finishHandIn(needs(beside), half)]);
    expect(ends.map(({ state }) => state)).toEqual(['handed_in', 'handed_in']);
    expect(await read(id)).toMatchObject({ state: 'handed_in', done: 8, dueAt: null });
    expect(await database.read.countBy(letterTable, { state: 'handed_in' })).toBe(8);
    expect(await database.read.countBy(webhookEventTable, { type: 'petition.handed-in' })).toBe(1);
  });

  test('a petition that is being sealed can be voided: nobody gathers for it any more', async () => {
    await signAll({ database, clock }, first, people('守', 9));
    const { id } = await sealPetition(needs(), wish([first]), 0);
    expect(await voidPetition(needs(), id, 'not yet')).toMatchObject({ state: 'void' });
    expect(await finishSealing(needs(), id)).toMatchObject({ state: 'void', names: 6 });
    expect(await database.read.countBy(letterTable, { state: 'for_hand' })).toBe(9);
  });

  test('the paper says since when mail was turned away, and nothing where staff had asked for paper', async () => {
    const evidence = { letters: 4, signerDomains: 4, accepted: 0, outcomes: [] };
    const shut = (at: number, by: string, from: 'slowed' | 'probing') => ({
      id: newId(clock),
      target: office,
      from,
      to: 'hand' as const,
      at,
      by,
      rule: 'x',
      reason: 'x',
      confidence: 1,
      evidence,
    });
    const sealed = async (...switches: ReturnType<typeof shut>[]) => {
      await database.write(async (transaction) => {
        await insertRows(transaction, channelSwitchTable, switches);
        await writeChannel(transaction, { ...(await readChannel(transaction, office)), mode: 'hand' });
      });
      await signAll({ database, clock }, first, ['守']);
      return (await sealPetition(needs(), wish([first]))).mailStoppedAt;
    };
    await signAll({ database, clock }, first, ['守']);
    expect((await sealPetition(needs(), wish([first]))).mailStoppedAt).toBeNull();
    const stopped = clock.now();
    clock.move(day);
    expect(await sealed(shut(stopped, 'rule', 'slowed'), shut(clock.now(), 'rule', 'probing'))).toBe(stopped);
    clock.move(day);
    expect(await sealed(shut(clock.now(), 'mamoru', 'slowed'))).toBeNull();
  });

  describe('on a schedule', () => {
    const scheduled = (compile: Campaign['petitionRules']['compile'], own = database) => {
      const campaign = aCampaign(first);
      const petitionRules = { ...campaign.petitionRules, compile };
      return { ...needs(own), book: createCampaignBook([{ ...campaign, petitionRules }]), grace: 2 * hour };
    };
    const daily = { every: 'daily', at: '09:00', atEnd: false } as const;
    const petitions = () => database.read.find(petitionTable, { order: { serial: 'ASC' } });

    test('a day is compiled once, whoever keeps the time, and not before it was ever written down', async () => {
      // 15 June, noon in Tokyo.
      await signAll({ database, clock }, first, ['守 1']);
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toEqual([]);
      clock.move(20 * hour); // 8 in the morning
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toEqual([]);
      clock.move(2 * hour);
      await Promise.all([compileOnSchedule(scheduled(daily)), compileOnSchedule(scheduled(daily, beside))]);
      await compileOnSchedule(scheduled(daily));
      const [petition] = await petitions();
      expect(await petitions()).toHaveLength(1);
      expect(petition).toMatchObject({ state: 'sealing', names: 1, sealedBy: 'schedule' });
      expect(asked).toEqual([JSON.stringify({ petitionId: petition?.id })]);
      expect(await database.read.find(compileOccasionTable)).toMatchObject([
        { kind: 'clock', latest: '2020-06-16', petitionId: petition?.id },
      ]);
      await finishSealing(needs(), petition?.id ?? '');
      await signAll({ database, clock }, first, ['守 2']);
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toHaveLength(1);
      clock.move(day);
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toHaveLength(2);
    });

    test('a day without names is over, and one on which another petition was being sealed is not', async () => {
      await compileOnSchedule(scheduled(daily));
      clock.move(day);
      await compileOnSchedule(scheduled(daily));
      await signAll({ database, clock }, first, people('守', 9));
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toEqual([]);
      const { id } = await sealPetition({ ...needs(), perBatch: 1 }, wish([first]), 0);
      clock.move(day);
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toHaveLength(1);
      await voidPetition(needs(), id, 'make room');
      await compileOnSchedule(scheduled(daily));
      expect(await petitions()).toHaveLength(2);
    });

    test('so many names make a petition as soon as they wait', async () => {
      const plan = { at: '09:00', names: 3, atEnd: false };
      await signAll({ database, clock }, first, people('守', 2));
      await compileOnSchedule(scheduled(plan));
      expect(await petitions()).toEqual([]);
      const [third = ''] = await signAll({ database, clock }, first, ['守 3']);
      await withholdName({ database, clock }, { campaign: first, letterId: third, by: 'test', reason: 'a brand' });
      await compileOnSchedule(scheduled(plan));
      expect(await petitions()).toEqual([]);
      await signAll({ database, clock }, first, ['守 4']);
      await Promise.all([compileOnSchedule(scheduled(plan)), compileOnSchedule(scheduled(plan, beside))]);
      expect((await petitions()).map(({ names }) => names)).toEqual([3]);
    });

    test('the end is compiled once: after the grace, when every letter has come to rest', async () => {
      const plan = { at: '09:00', atEnd: true };
      await signAll({ database, clock }, first, ['守 1']);
      clock.set(Date.parse('2020-09-01T00:00:00+09:00') + 2 * hour - 1);
      await compileOnSchedule(scheduled(plan));
      expect(await petitions()).toEqual([]);
      const [late = ''] = await signAll({ database, clock }, first, ['守 2'], 'queued');
      clock.move(1);
      await compileOnSchedule(scheduled(plan));
      expect(await petitions()).toEqual([]);
      await database.write((transaction) =>
        moveLetters(
          transaction,
          [{ id: late, from: 'queued', to: 'for_hand', reason: 'the campaign has ended' }],
          clock.now(),
        ),
      );
      await Promise.all([compileOnSchedule(scheduled(plan)), compileOnSchedule(scheduled(plan, beside))]);
      await compileOnSchedule(scheduled(plan));
      expect((await petitions()).map(({ names }) => names)).toEqual([2]);
    });
  });

  describe('the files', () => {
    async function finishing(write: (file: string) => void) {
      const [campaign] = await loadCampaigns('campaigns');
      if (!campaign) throw new Error('the sample campaign is missing');
      const own = {
        ...aCampaign(first),
        ...campaign,
        slug: first,
        targets: campaign.targets.map((target) => ({ ...target, id: office })),
      };
      return {
        ...needs(),
        book: createCampaignBook([own]),
        words: await loadWords(wordsFolder),
        keys: openKeyRing('/nonexistent', `1:${Buffer.alloc(32, 7).toString('base64')}`),
        files: {
          write: (_serial: string, file: string) => Promise.resolve(write(file)),
          find: () => Promise.resolve(undefined),
          location: () => '',
          check: () => Promise.resolve(),
        },
        made: () => undefined,
      };
    }

    test('are made of names and languages: nothing else about a signer is even read', async () => {
      await signAll({ database, clock }, first, people('守', 5));
      const said: string[] = [];
      const { writer } = database as Database & { writer: Database['read']['dataSource'] };
      for (const { logger } of new Set([writer, database.read.dataSource]))
        logger.logQuery = (sql: string) => void said.push(sql);
      const { id } = await sealPetition(needs(), wish([first]));
      await finishPetition(await finishing(() => undefined), id);
      expect(await read(id)).toMatchObject({ state: 'sealed', done: 5, dueAt: null, filesAt: clock.now() });
      const ofSigners = said.filter((sql) => /\bsignature\b/.test(sql));
      expect(ofSigners.length).toBeGreaterThan(1);
      for (const sql of ofSigners) {
        const columns = [...sql.matchAll(/[`"]?signature[`"]?\.[`"]?(\w+)/g)].map(([, column]) => column);
        expect(new Set(columns)).toEqual(new Set(['id', 'name', 'language']));
        expect(/select (.*?) from/i.exec(sql)?.[1]).not.toMatch(/\*|email|phone|message|person|\bid\b/);
      }
    });

    test('that fail are tried again after a wait that grows, and say why, and at which name', async () => {
      await signAll({ database, clock }, first, people('守', 5));
      const { id } = await sealPetition(needs(), wish([first]));
      const trouble = await finishing(() => {
        throw new AppError('internal', 'volume 1 broke off at name 1,234');
      });
      const waits: number[] = [];
      for (let tries = 1; tries <= 3; tries += 1) {
        await expect(finishPetition(trouble, id)).rejects.toThrow('broke off');
        const { failures, failedReason, failedName, dueAt } = await read(id);
        expect({ failures, failedReason, failedName }).toEqual({
          failures: tries,
          failedReason: 'volume 1 broke off at name 1,234',
          failedName: 1_234,
        });
        waits.push((dueAt ?? 0) - clock.now());
        asked = [];
        await sweepPetitions(needs());
        expect(asked).toEqual([]);
        clock.move(waits.at(-1) ?? 0);
        await sweepPetitions(needs());
        expect(asked).toHaveLength(1);
      }
      expect(waits).toEqual(waits.toSorted((a, b) => a - b));
      expect(new Set(waits).size).toBe(3);
      await expect(
        finishPetition(
          await finishing(() => {
            throw new Error('人権 守 could not be shaped');
          }),
          id,
        ),
      ).rejects.toThrow('人権');
      expect((await read(id)).failedReason).not.toContain('人権');
      await finishPetition(await finishing(() => undefined), id);
      expect(await read(id)).toMatchObject({ failures: 0, failedReason: null, failedName: null, dueAt: null });
    });

    test('that end while the petition is being voided do not keep the last names on it', async () => {
      await signAll({ database, clock }, first, people('守', 8));
      const { id } = await sealPetition(needs(), wish([first]));
      let voiding: Promise<Petition> | undefined;
      const files = await finishing(() => void (voiding ??= voidPetition(needs(beside), id, 'a misprint', 0)));
      await finishPetition(files, id);
      expect(await voiding).toMatchObject({ state: 'voiding', done: 3 });
      expect(await read(id)).toMatchObject({ state: 'void', done: 8, dueAt: null });
      expect(await database.read.countBy(letterTable, { state: 'for_hand' })).toBe(8);
    });

    test('are made by one process at a time, and by another when the first one dies', async () => {
      await signAll({ database, clock }, first, people('守', 5));
      const { id } = await sealPetition(needs(), wish([first]));
      const isBegun = Promise.withResolvers<void>();
      const mayGoOn = Promise.withResolvers<void>();
      let made = 0;
      const calm = { ...(await finishing(() => undefined)), made: () => void (made += 1) };
      const stuck = {
        ...calm,
        // Nothing renews its lease: it hangs as a process does that the machine has stopped.
        clock: { now: () => Date.parse('2020-06-15T03:00:00Z') },
        files: { ...calm.files, write: () => (isBegun.resolve(), mayGoOn.promise) },
      };
      const another = { ...calm, database: beside };
      const hanging = finishPetition(stuck, id);
      await isBegun.promise;
      expect(await finishPetition(another, id)).toBe(false);
      expect(await read(id)).toMatchObject({ filesAt: null });
      clock.move(5_000);
      expect(await finishPetition(another, id)).toBe(true);
      const { filesAt } = await read(id);
      expect(filesAt).toBe(clock.now());
      clock.move(1_000);
      mayGoOn.resolve();
      await hanging;
      expect(await read(id)).toMatchObject({ filesAt, state: 'sealed', dueAt: null });
      expect(made).toBe(1);
    });

    test('are left to another process when the role is stopped: at once, without a failure, whatever was to be done', async () => {
      await signAll({ database, clock }, first, people('守', 12));
      const { id } = await sealPetition(needs(), wish([first]), 0);
      const calm = await finishing(() => undefined);
      /** A role that is stopped as soon as it begins to write a file, or before it begins at all. */
      const stopped = async (when: 'at once' | 'at the first file'): Promise<void> => {
        let work: (job: { petitionId: string }) => Promise<void> = () => Promise.reject(new Error('no step was named'));
        const role = openPetitions({
          ...calm,
          config: { ROLES: new Set(['petitions', 'web']), PETITIONS_NICE: 0 },
          metrics: { petition: () => undefined },
          queue: { work: (_name: string, step: typeof work) => void (work = step) },
          files: { ...calm.files, write: () => role.stop() },
        } as unknown as RoleNeeds);
        if (when === 'at once') await role.stop();
        await work({ petitionId: id });
      };
      await stopped('at once');
      expect(await read(id)).toMatchObject({ state: 'sealing' });
      await stopped('at the first file');
      expect(await read(id)).toMatchObject({
        state: 'sealed',
        names: 12,
        filesAt: null,
        failures: 0,
        failedReason: null,
        dueAt: expect.any(Number),
      });
      // Its lease is given back: nobody has to wait for its end.
      expect(await finishPetition({ ...calm, database: beside }, id)).toBe(true);
      expect(await read(id)).toMatchObject({ filesAt: clock.now(), failures: 0, dueAt: null });
    });

    test('and whatever is done in batches before and after rest where no core is free', async () => {
      await signAll({ database, clock }, first, people('守', 10));
      const { id } = await sealPetition(needs(), wish([first]), 0);
      const rests: number[] = [];
      const cores = { count: () => 0, wait: (took: number) => Promise.resolve(void rests.push(took)) };
      const calm = { ...(await finishing(() => undefined)), typesetting: { cores } };
      await finishPetition(calm, id);
      expect(await read(id)).toMatchObject({ state: 'sealed', names: 10, filesAt: clock.now() });
      // Two more batches and a look that finds no more; then the one volume.
      expect(rests.splice(0)).toEqual([...Array.from({ length: 3 }, () => expect.any(Number)), 0]);
      await voidPetition(needs(), id, 'a misprint', 0);
      await finishPetition(calm, id);
      expect(await read(id)).toMatchObject({ state: 'void', done: 10 });
      expect(rests.length).toBeGreaterThanOrEqual(2);
    });

    test('of a petition that was begun by somebody who died are made by whoever sweeps', async () => {
      await signAll({ database, clock }, first, people('守', 9));
      const { id } = await sealPetition(needs(), wish([first]), 0);
      asked = [];
      await sweepPetitions(needs());
      expect(asked).toEqual([]);
      clock.move(5_000);
      await sweepPetitions(needs());
      expect(asked).toHaveLength(1);
      await finishPetition(await finishing(() => undefined), id);
      expect(await read(id)).toMatchObject({ state: 'sealed', names: 9, dueAt: null });
    });
  });
});
