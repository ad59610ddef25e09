import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, type AuditResult } from '../../src/ledger/audit.ts';
import { dropsAfterDot, refusesByPolicy } from '../../src/embassy/personalities.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { minute } from '../../src/clock.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;

/** A database with letters in many states: delivered, doubled, on paper, waiting. */
beforeAll(async () => {
  app = await startTestApp({ personality: dropsAfterDot({ times: 1, taken: true }) });
  await app.sign(1);
  await app.until({ in_doubt: 1 });
  app.clock.move(31 * minute);
  await app.until({ accepted: 1 });
  app.embassy.become(refusesByPolicy({ after: 2 }));
  for (let n = 2; n < 9; n += 1) await app.sign(n);
  await app.until({ accepted: 3, for_hand: 5 });
  await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
  await app.until({ petitioned: 5 });
  await app.sign(20);
  await app.until({ for_hand: 1 });
});
afterAll(() => app.stop());

test('a sound database is green, and its ledger adds up', async () => {
  const { ok, ledger } = await audit(app.database);
  expect(ok).toBe(true);
  expect(ledger).toMatchObject({ signatures: 9, doubled: 1, names: 5, petitions: { sealed: 1 } });
  expect(Object.values(ledger.letters).reduce((sum, n) => sum + n, 0)).toBe(9);
});

/** What a bug could do to the rows, and the invariant that must notice. */
const tampering: [string, string, RegExp][] = [
  ['a letter is lost', `delete from letter where state = 'accepted'`, /one letter for each target/],
  [
    'a letter appears twice',
    `insert into letter select 'another-letter-0', signature_id, campaign, campaign_version, 'other', language, signer_domain, state, state_since, moves, created_at, due_at, attempts, doubts, fence, own_words, identity, mailbox, first_attempt_at, accepted_at, petition_id from letter where state = 'for_hand'`,
    /one letter for each target/,
  ],
  [
    'a signature is lost',
    `delete from signature where id = (select min(id) from signature)`,
    /every letter belongs to a signature/,
  ],
  ['an event is lost', `delete from intake_event where id = (select min(id) from intake_event)`, /exactly one event/],
  ['a state nobody knows', `update letter set state = 'lost' where state = 'for_hand'`, /state of the table/],
  [
    'a state changed without history',
    `update letter set state = 'delivered' where state = 'accepted'`,
    /leads to its state/,
  ],
  [
    'a letter left before its signer had confirmed',
    `update signature set person_key = 'held:' where id = (select signature_id from letter where state = 'accepted' limit 1)`,
    /not confirmed the address/,
  ],
  ['a gap in a history', `delete from letter_history where seq = 2`, /no gap/],
  [
    'a move the table does not know',
    `update letter_history set to_state = 'held' where seq = 2`,
    /stands in the state table/,
  ],
  [
    'a letter on two petitions',
    `insert into petition_place select 'other-petition', number, letter_id, volume from petition_place; insert into petition (id, serial, campaign, campaign_version, campaigns, target, state, sealed_at, sealed_by, names, volumes, digest) select 'other-petition', 'x', campaign, campaign_version, campaigns, target, state, sealed_at, sealed_by, names, volumes, digest from petition`,
    /at most one petition/,
  ],
  ['a petitioned letter without its place', `delete from petition_place where number = 5`, /exactly one petition/],
  [
    'a letter that stands on a petition and says it does not',
    `update letter set state = 'for_hand', petition_id = null where id = (select letter_id from petition_place where number = 2)`,
    /a letter that says so/,
  ],
  [
    'a letter on a petition to somebody else',
    `update letter set target = 'other' where state = 'petitioned'`,
    /to its target/,
  ],
  [
    'names out of the order of signing',
    `update letter set created_at = created_at - 100000000 where id = (select letter_id from petition_place where number = 3)`,
    /order of signing/,
  ],
  [
    'a campaign whose names do not stand together',
    `update letter set campaign = 'other' where id = (select letter_id from petition_place where number = 3)`,
    /campaign by campaign/,
  ],
  ['a petition that says more names than it has', `update petition set names = 6`, /as many names as it says/],
  [
    'an accepted letter nobody accepted',
    `update attempt set verdict = 'refused', code = 550 where verdict = 'accepted'`,
    /answered with 2xx/,
  ],
  ['an acceptance without a 2xx', `update attempt set code = 354 where verdict = 'accepted'`, /without a 2xx/],
  [
    'a letter sent twice without a doubt',
    `insert into attempt select letter_id, letter_id, target, 9, fence, started_at, ended_at, identity, message_digest, 'accepted', stage, 250, enhanced, reply, mailbox from attempt where verdict = 'accepted'`,
    /accepted more than once/,
  ],
  ['a copy with other bytes', `update attempt set message_digest = 'other' where number = 2`, /same bytes/],
  [
    'a letter being sent without an intent',
    `update letter set state = 'sending', fence = fence + 1 where state = 'accepted'`,
    /intent on disk/,
  ],
  [
    'a name changed after sealing',
    `update signature set name = 'Somebody else' where id = (select signature_id from letter where petition_id is not null limit 1)`,
    /digest was made of/,
  ],
];

describe('the audit notices when', () => {
  test.each(tampering)('%s', async (_what, sql, invariant) => {
    let result: AuditResult | undefined;
    const undone = app.database.write(async (transaction) => {
      for (const statement of sql.split(';')) await transaction.query(statement);
      // Read inside the transaction that is rolled back: the database stays sound for the next case.
      result = await audit({ ...app.database, read: transaction });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    expect(result?.ok).toBe(false);
    const broken = result?.findings.filter((finding) => finding.violations > 0) ?? [];
    expect(broken.map((finding) => finding.invariant).join('\n')).toMatch(invariant);
  });
});

test('the tampering left nothing behind', async () => {
  await waitFor(
    () => audit(app.database),
    (result) => result.ok,
    'a green audit',
  );
});
