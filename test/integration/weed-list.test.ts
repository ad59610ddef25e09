import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../src/ledger/audit.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
const channel = `/v1/campaigns/${campaign}/targets/${target}/channel`;

beforeAll(async () => {
  app = await startTestApp();
  await app.call('POST', channel, { mode: 'hand', reason: 'mail is refused' });
  for (let n = 1; n <= 4; n += 1) await app.sign(n);
  await app.until({ for_hand: 4 });
});
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
});

const letterOf = async (name: string): Promise<string> => {
  const { body } = await app.call('GET', `/v1/campaigns/${campaign}/letters`);
  return body.letters.find((letter: { signer: { name: string } }) => letter.signer.name === name).id;
};
const weed = (letter: string, what: 'withhold' | 'put-back', body: unknown = { reason: 'a brand, no person' }) =>
  app.call('POST', `/v1/campaigns/${campaign}/letters/${letter}/${what}`, body);
const compile = () => app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
const weedList = async () => (await app.call('GET', `/v1/campaigns/${campaign}/withheld`)).body.withheld;

describe('a name that is not fit to print', () => {
  let letter: string;

  test('is withheld with a reason, by staff', async () => {
    letter = await letterOf('人権 守 2');
    expect((await weed(letter, 'withhold', {})).body.errors).toMatchObject([{ field: 'reason' }]);
    expect((await weed(letter, 'put-back')).status).toBe(409);
    const { status, body } = await weed(letter, 'withhold');
    expect(status).toBe(200);
    expect(body).toMatchObject({ letter, what: 'withheld', by: 'test', reason: 'a brand, no person' });
    expect((await weed(letter, 'withhold')).status).toBe(409);
    expect((await weed('0000000000000000', 'withhold')).status).toBe(404);
    const reader = await createSourceKey(app, { source: 'reader', scopes: ['read'], campaigns: null });
    const path = `/v1/campaigns/${campaign}/letters/${letter}/put-back`;
    const refused = await app.call('POST', path, { reason: 'no right' }, { authorization: `Bearer ${reader}` });
    expect(refused.status).toBe(403);
    expect(await weedList()).toMatchObject([{ letter, target, events: [{ what: 'withheld' }] }]);
  });

  test('stays out of the next petition, which says how many did, and waits on', async () => {
    const { status, body } = await compile();
    expect([status, body.names, body.withheld]).toEqual([201, 3, 1]);
    await app.until({ petitioned: 3, for_hand: 1 });
    const csv = await waitFor(
      async () => app.call('GET', `/v1/petitions/${body.id}/names.txt`),
      (seen) => seen.status === 200,
      'its files',
    );
    expect(csv.body).toBe('人権 守 1\n人権 守 3\n人権 守 4\n');
    expect((await app.call('GET', `/v1/petitions/${body.id}`)).body.withheld).toBe(1);
    await app.auditGreen();
  });

  test('cannot be withheld once it is sealed', async () => {
    const { status, body } = await weed(await letterOf('人権 守 1'), 'withhold');
    expect([status, body.detail]).toEqual([409, expect.stringContaining('void a sealed one first')]);
  });

  test('makes no petition by itself', async () => {
    const { status, body } = await compile();
    expect([status, body.detail]).toEqual([409, expect.stringContaining('is withheld')]);
  });

  test('is put back, with its history kept, and printed next time', async () => {
    app.clock.move(1_000);
    expect((await weed(letter, 'put-back', { reason: 'she is called so' })).body).toMatchObject({ what: 'put-back' });
    expect(await weedList()).toEqual([]);
    app.clock.move(1_000);
    await weed(letter, 'withhold', { reason: 'asked once more' });
    expect((await weedList())[0].events.map((event: { reason: string }) => event.reason)).toEqual([
      'asked once more',
      'she is called so',
      'a brand, no person',
    ]);
    await weed(letter, 'put-back', { reason: 'sure now' });
    const { body } = await compile();
    expect([body.names, body.withheld]).toEqual([1, 0]);
    await app.until({ petitioned: 4 });
  });

  test('goes by mail when mail arrives again', async () => {
    await app.sign(7);
    await app.until({ for_hand: 1 });
    await weed(await letterOf('人権 守 7'), 'withhold');
    await app.call('POST', channel, { mode: 'mail', reason: 'it is open again' });
    await app.until({ for_hand: 0, accepted: 1 });
    expect(await weedList()).toEqual([]);
    await app.call('POST', channel, { mode: 'hand', reason: 'mail is refused' });
  });

  test('is forgotten with what was said of it when its signer is erased', async () => {
    const { body } = await app.sign(8);
    await app.until({ for_hand: 1 });
    await weed(await letterOf('人権 守 8'), 'withhold', { reason: 'called 人権 守 8' });
    await fetch(`${body.receipt_url}/erase`, { method: 'POST' });
    await app.until({ withdrawn: 1 });
    const rows = await app.database.read.query(
      `select reason from weed_event where reason like '%守 8%' union all select reason from withheld where reason like '%守 8%'`,
    );
    expect(rows).toEqual([]);
  });

  test('on a sealed petition is found by the audit', async () => {
    await app.database.write((transaction) =>
      transaction.query(
        `insert into withheld select id, campaign, target, 0, 'x', 'x' from letter where state = 'petitioned'`,
      ),
    );
    const { findings } = await audit(app.database);
    expect(findings.filter(({ violations }) => violations > 0)).toMatchObject([
      { invariant: expect.stringContaining('withheld'), violations: 4 },
    ]);
    await app.database.write((transaction) => transaction.query(`delete from withheld where withheld_by = 'x'`));
  });
});
