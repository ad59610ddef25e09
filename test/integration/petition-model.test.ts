import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { audit } from '../../src/ledger/audit.ts';
import { erase, finishErasures, withdraw } from '../../src/ledger/take-back.ts';
import { letterTable, moveLetters } from '../../src/letters/letter-table.ts';
import type { LetterState } from '../../src/letters/letter-states.ts';
import { petitionPlaceTable, petitionTable, type PetitionState } from '../../src/petitions/petition-table.ts';
import { finishHandIn } from '../../src/petitions/end-letters.ts';
import { recordHandIn } from '../../src/petitions/record-hand-in.ts';
import { readHandIns } from '../../src/petitions/hand-in-table.ts';
import { strikeHandIn } from '../../src/petitions/strike-hand-in.ts';
import { finishSealing, sealPetition } from '../../src/petitions/seal-petition.ts';
import { finishVoiding, voidPetition } from '../../src/petitions/void-petition.ts';
import { putBackName, withholdName } from '../../src/petitions/weed-names.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { movableClock } from '../support/movable-clock.ts';
import { aCampaign, office, openGround, signAll, slugs } from '../support/petition-ground.ts';

/** What a letter is to the model: where it is, and why it may not be printed. */
interface ModelLetter {
  id: string;
  campaign: string;
  state: Extract<LetterState, 'queued' | 'for_hand' | 'petitioned' | 'handed_in' | 'withdrawn'>;
  isWithheld: boolean;
  isErased: boolean;
}

interface ModelPetition {
  id: string;
  state: PetitionState;
  /** Ids in the order of the paper. */
  names: string[];
  /** Letters that existed when it was begun, in the order in which they may come. */
  candidates: string[];
}

type Action =
  | { does: 'sign'; campaign: number; many: number }
  | { does: 'shut' | 'reopen' | 'go on' | 'finish erasures' }
  | { does: 'compile'; scope: 'campaign' | 'all'; campaign: number; atOnce: boolean }
  | { does: 'void'; petition: number; atOnce: boolean }
  | { does: 'hand in'; petition: number; isRefused: boolean; atOnce: boolean }
  | { does: 'strike'; petition: number }
  | { does: 'withdraw' | 'erase' | 'withhold' | 'put back'; letter: number };

const number = fc.nat(30);
const one = (does: Action['does']) => fc.constant(does);
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: one('sign'), campaign: fc.nat(1), many: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ does: one('shut') }) },
  { weight: 1, arbitrary: fc.record({ does: one('reopen') }) },
  { weight: 3, arbitrary: fc.record({ does: one('go on') }) },
  { weight: 1, arbitrary: fc.record({ does: one('finish erasures') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: one('compile'),
      scope: fc.constantFrom('campaign', 'all'),
      campaign: fc.nat(1),
      atOnce: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: one('void'), petition: number, atOnce: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: one('hand in'),
      petition: number,
      isRefused: fc.boolean(),
      atOnce: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: one('strike'), petition: number }) },
  ...(['withdraw', 'erase', 'withhold', 'put back'] as const).map((does) => ({
    weight: 1,
    arbitrary: fc.record({ does: one(does), letter: number }),
  })),
) as fc.Arbitrary<Action>;

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'todoke-model-'));
  database = await openDatabase({ kind: 'sqlite', file: join(folder, 'todoke.db') }, tables);
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The rows and a simple model of them, side by side. */
async function createWorld() {
  await openGround(database);
  const clock = movableClock();
  const needs = { database, clock, queue: { ask: () => Promise.resolve() }, perBatch: 2 };
  const letters: ModelLetter[] = [];
  const petitions: ModelPetition[] = [];
  const find = (id: string): ModelLetter =>
    letters.find((letter) => letter.id === id) ?? expect.fail(`no letter ${id}`);
  const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(list.length, 1)];
  const isFree = (letter: ModelLetter) => letter.state === 'for_hand' && !letter.isWithheld && !letter.isErased;
  const underWay = () => petitions.find(({ state }) => state === 'sealing' || state === 'voiding');
  const goingOn = () => underWay() ?? petitions.find(({ state }) => state === 'handing_in');

  /** Does it on the rows; whether it was refused, which only a `conflict` may be. */
  async function isRefused(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return false;
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'conflict') return true;
      throw thrown;
    }
  }
  const move = (from: LetterState, to: LetterState, reason: string) =>
    database.write(async (transaction) => {
      const moves = letters.filter(({ state }) => state === from).map(({ id }) => ({ id, from, to, reason }));
      await moveLetters(transaction, moves, clock.now());
    });

  /** Names that came onto a petition since we looked: the next candidates that are free, and all of them once sealed. */
  async function take(petition: ModelPetition): Promise<void> {
    const row = await database.read.findOneByOrFail(petitionTable, { id: petition.id });
    const places = await database.read.find(petitionPlaceTable, {
      where: { petitionId: petition.id },
      order: { number: 'ASC' },
    });
    const last = petition.candidates.indexOf(petition.names.at(-1) ?? '');
    const free = petition.candidates.slice(last + 1).filter((id) => isFree(find(id)));
    const taken = places.slice(petition.names.length).map(({ letterId }) => letterId);
    expect(taken).toEqual(row.state === 'sealed' ? free : free.slice(0, taken.length));
    for (const id of taken) find(id).state = 'petitioned';
    petition.names.push(...taken);
    petition.state = row.state;
  }

  /** Names that were let go since we looked. */
  async function giveBack(petition: ModelPetition): Promise<void> {
    const { state, done } = await database.read.findOneByOrFail(petitionTable, { id: petition.id });
    for (const id of petition.names.slice(0, done)) if (find(id).state === 'petitioned') find(id).state = 'for_hand';
    if (state === 'void') expect(done).toBe(petition.names.length);
    petition.state = state;
  }

  /** Letters that came to their end since we looked: the first ones of the paper. */
  async function end(petition: ModelPetition): Promise<void> {
    const { state, done } = await database.read.findOneByOrFail(petitionTable, { id: petition.id });
    for (const id of petition.names.slice(0, done)) find(id).state = 'handed_in';
    if (state === 'handed_in') expect(done).toBe(petition.names.length);
    petition.state = state;
  }

  async function act(what: Action): Promise<void> {
    clock.move(1_000);
    switch (what.does) {
      case 'sign': {
        const campaign = slugs[what.campaign] ?? slugs[0];
        const ids = await signAll(
          needs,
          campaign,
          Array.from({ length: what.many }, (_, n) => `守 ${n}`),
          'queued',
        );
        letters.push(
          ...ids.map((id) => ({ id, campaign, state: 'queued' as const, isWithheld: false, isErased: false })),
        );
        return;
      }
      case 'shut':
        await move('queued', 'for_hand', 'mail is shut for this target');
        for (const letter of letters) if (letter.state === 'queued') letter.state = 'for_hand';
        return;
      case 'reopen':
        await move('for_hand', 'queued', 'mail is open again');
        for (const letter of letters) if (letter.state === 'for_hand') letter.state = 'queued';
        return;
      case 'compile': {
        const order = what.campaign === 0 ? slugs : slugs.toReversed();
        const campaigns = what.scope === 'all' ? order : order.slice(0, 1);
        const candidates = campaigns.flatMap((slug) => letters.filter(({ campaign }) => campaign === slug));
        const mayBegin = underWay() === undefined && candidates.some(isFree);
        const wish = { campaigns: campaigns.map((slug) => aCampaign(slug)), target: office, by: 'model' };
        expect(await isRefused(sealPetition(needs, wish, what.atOnce ? Infinity : 0))).toBe(!mayBegin);
        if (!mayBegin) return;
        const [row] = await database.read.find(petitionTable, { order: { serial: 'DESC' }, take: 1 });
        const listed = row?.campaigns.map(({ slug }) => slug) ?? [];
        const ids = candidates.filter(({ campaign }) => listed.includes(campaign)).map(({ id }) => id);
        const petition: ModelPetition = { id: row?.id ?? '', state: 'sealing', names: [], candidates: ids };
        petitions.push(petition);
        await take(petition);
        if (what.atOnce) expect(petition.state).toBe('sealed');
        return;
      }
      case 'go on': {
        const petition = goingOn();
        if (petition?.state === 'sealing') {
          await finishSealing(needs, petition.id, () => false);
          await take(petition);
        } else if (petition?.state === 'handing_in') {
          let steps = 0;
          const row = await database.read.findOneByOrFail(petitionTable, { id: petition.id });
          await finishHandIn(needs, row, () => (steps += 1) === 1);
          await end(petition);
        } else if (petition) {
          let steps = 0;
          const row = await database.read.findOneByOrFail(petitionTable, { id: petition.id });
          await finishVoiding(needs, row, () => (steps += 1) === 1);
          await giveBack(petition);
        }
        return;
      }
      case 'void': {
        const petition = pick(petitions, what.petition);
        if (!petition) return;
        const may = petition.state === 'sealed' || petition.state === 'sealing';
        expect(await isRefused(voidPetition(needs, petition.id, 'a misprint', what.atOnce ? Infinity : 0))).toBe(!may);
        if (may) await giveBack(petition);
        return;
      }
      case 'strike': {
        const petition = pick(petitions, what.petition);
        const tries = petition ? await readHandIns(database.read, [petition.id]) : [];
        const last = tries.findLast(({ struckAt }) => struckAt === null);
        if (!petition || !last) return;
        const isEnd = last.outcome === 'accepted';
        const wish = { petitionId: petition.id, handInId: last.id };
        expect(await isRefused(strikeHandIn(needs, wish, { reason: 'a mistake', by: 'model' }))).toBe(isEnd);
        return;
      }
      case 'hand in': {
        const petition = pick(petitions, what.petition);
        if (!petition) return;
        // Files are not the matter here.
        await database.write((transaction) =>
          transaction.update(petitionTable, { id: petition.id, state: 'sealed' }, { filesAt: 1 }),
        );
        const told = { by: 'model', patience: what.atOnce ? Infinity : 0 };
        const outcome = what.isRefused ? 'refused' : 'accepted';
        const report = {
          at: clock.now(),
          outcome,
          place: 'at the gate',
          carrier: null,
          reference: null,
          note: null,
        } as const;
        expect(await isRefused(recordHandIn(needs, petition.id, report, told))).toBe(petition.state !== 'sealed');
        if (petition.state !== 'sealed' || what.isRefused) return;
        await end(petition);
        expect(petition.state).toBe(what.atOnce || petition.names.length <= 2 ? 'handed_in' : 'handing_in');
        return;
      }
      case 'finish erasures':
        await finishErasures(needs);
        for (const letter of letters) if (letter.isErased && isWaiting(letter)) letter.state = 'withdrawn';
        return;
      case 'withdraw':
      case 'erase': {
        const letter = pick(letters, what.letter);
        if (!letter) return;
        await (what.does === 'erase' ? erase : withdraw)(needs, letter.id);
        if (what.does === 'erase') letter.isErased = true;
        if (isWaiting(letter)) letter.state = 'withdrawn';
        return;
      }
      case 'withhold':
      case 'put back': {
        const letter = pick(letters, what.letter);
        if (!letter) return;
        const wish = { campaign: letter.campaign, letterId: letter.id, by: 'model', reason: 'a brand' };
        const may = what.does === 'withhold' ? letter.state === 'for_hand' && !letter.isWithheld : letter.isWithheld;
        expect(await isRefused((what.does === 'withhold' ? withholdName : putBackName)(needs, wish))).toBe(!may);
        if (may) letter.isWithheld = what.does === 'withhold';
        return;
      }
    }
  }
  const isWaiting = ({ state }: ModelLetter) => state === 'queued' || state === 'for_hand';

  async function expectAlike(): Promise<void> {
    const { findings } = await audit(database);
    expect(findings.filter(({ violations }) => violations > 0)).toEqual([]);
    const rows = await database.read.find(letterTable, { select: { id: true, state: true } });
    const byId = (list: readonly { id: string; state: string }[]) => new Map(list.map(({ id, state }) => [id, state]));
    expect(byId(rows)).toEqual(byId(letters));
    const papers = await database.read.find(petitionTable, { select: { id: true, state: true } });
    expect(byId(papers)).toEqual(byId(petitions));
  }
  return { act, expectAlike };
}

/** What chance seldom finds: a petition that is half handed in when somebody voids, strikes and erases; a name erased on paper comes back, and a name is put back behind the last one gathered. */
const rareCases: [Action[]][] = [
  [
    [
      { does: 'sign', campaign: 0, many: 4 },
      { does: 'sign', campaign: 0, many: 3 },
      { does: 'shut' },
      { does: 'compile', scope: 'campaign', campaign: 0, atOnce: true },
      { does: 'hand in', petition: 0, isRefused: false, atOnce: false },
      { does: 'void', petition: 0, atOnce: true },
      { does: 'strike', petition: 0 },
      { does: 'erase', letter: 5 },
      { does: 'go on' },
      { does: 'hand in', petition: 0, isRefused: false, atOnce: false },
      { does: 'go on' },
      { does: 'go on' },
      { does: 'finish erasures' },
    ],
  ],
  [
    [
      { does: 'sign', campaign: 0, many: 3 },
      { does: 'shut' },
      { does: 'compile', scope: 'campaign', campaign: 0, atOnce: true },
      { does: 'erase', letter: 1 },
      { does: 'void', petition: 0, atOnce: true },
      { does: 'compile', scope: 'all', campaign: 1, atOnce: true },
      { does: 'finish erasures' },
    ],
  ],
  [
    [
      { does: 'sign', campaign: 0, many: 4 },
      { does: 'sign', campaign: 0, many: 4 },
      { does: 'shut' },
      { does: 'withhold', letter: 0 },
      { does: 'compile', scope: 'all', campaign: 0, atOnce: false },
      { does: 'put back', letter: 0 },
      { does: 'sign', campaign: 1, many: 2 },
      { does: 'go on' },
      { does: 'go on' },
      { does: 'go on' },
    ],
  ],
];

test('whatever happens in whatever order, each letter is in the one place where a simple model has it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 24 }), async (actions) => {
      const { act, expectAlike } = await createWorld();
      for (const each of actions) {
        await act(each);
        await expectAlike();
      }
    }),
    { numRuns: 30, examples: rareCases },
  );
}, 60_000);
