/** *Letters* on the console: finding one, reading its whole way, opening the signer, and moving it by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minute } from '../../src/clock.ts';
import { bouncesLater } from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { addressKeys } from '../../src/intake/person-key.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { openKeyRing } from '../../src/secrets.ts';
import { letterHistoryTable, letterTable, moveLetters } from '../../src/letters/letter-table.ts';
import type { Letter } from '../../src/letters/letter.ts';
import { noticeTable } from '../../src/notices/notice-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { signedIn } from '../support/console-guest.ts';
import { engineEnvironment } from '../support/engines.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
let admin: Awaited<ReturnType<typeof signedIn>>;
let campaigner: Awaited<ReturnType<typeof signedIn>>;
let deliverer: Awaited<ReturnType<typeof signedIn>>;
let viewer: Awaited<ReturnType<typeof signedIn>>;

beforeAll(async () => {
  app = await startTestApp();
  [admin, campaigner, deliverer, viewer] = [
    await signedIn(app, 'admin'),
    await signedIn(app, 'campaigner'),
    await signedIn(app, 'deliverer'),
    await signedIn(app, 'viewer'),
  ];
}, 60_000);
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
});

const search = '/console/letters';
const pathOf = ({ id }: Pick<Letter, 'id'>) => `${search}/${id}`;
const rowOf = (id: string) => app.database.read.findOneByOrFail(letterTable, { id });
const eventsOf = (subject: string) =>
  app.database.read.find(staffEventTable, { where: { subject }, order: { id: 'ASC' } });

/** Says no in words that repeat the signer's address, and in mark-up. */
const refuses = (address: string): Personality => ({
  name: 'refuses one',
  answer: ({ stage }) =>
    stage === 'rcpt' ? { say: `550 5.7.1 <b>bold</b> mail of <${address}> (Zoë) is blocked by our policy` } : undefined,
});

/** Shuts or opens the mail to the target, by the API. */
async function channel(mode: 'mail' | 'hand'): Promise<void> {
  const change = { mode, reason: 'as the test wants it' };
  const { status } = await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, change);
  expect([200, 409]).toContain(status);
}

/** Signs; gives the letter, and the token of the receipt. */
async function sign(n: number, changes: Record<string, unknown> = {}): Promise<Letter & { token: string }> {
  const { body, status } = await app.sign(n, changes);
  expect(status).toBe(202);
  const letter = await app.database.read.findOneByOrFail(letterTable, { signatureId: body.id });
  return { ...letter, token: String(body.receipt_url).split('/').at(-1) ?? '' };
}

/** Signs while all sending is paused, so that the letter stays due. */
const paused = async (work: () => Promise<void>): Promise<void> => {
  const place = `/v1/campaigns/${campaign}/targets/${target}`;
  expect((await app.call('POST', `${place}/pause`, { reason: 'a look at the letters' })).status).toBe(200);
  try {
    await work();
  } finally {
    await app.call('POST', `${place}/resume`, { reason: 'looked at' });
  }
};

async function until(id: string, state: Letter['state']): Promise<Letter> {
  return waitFor(
    () => rowOf(id),
    (letter) => letter.state === state,
    state,
  );
}

const move = (who: typeof admin, { id, moves }: Pick<Letter, 'id' | 'moves'>, wish: string, reason = 'she asked us') =>
  who.send(`${pathOf({ id })}/move`, { move: wish, seen: String(moves), reason });

describe('a search', () => {
  let letter: Letter & { token: string };
  beforeAll(async () => {
    letter = await sign(1, { name: '人権 守子', email: 'Mamoruko.Jinken@mail1.example' });
    await until(letter.id, 'accepted');
  });
  const find = (who: typeof admin, what: string) => who.send(search, { what });

  test('finds a letter by its id, its signature, its receipt and the exact address', async () => {
    const { token } = letter;
    const grouped = token.toUpperCase().replaceAll(/(.{4})/g, '$1 ');
    for (const what of [letter.id, letter.signatureId, token, grouped, `${app.origin}/receipts/${token}`])
      for (const who of [campaigner, deliverer, admin])
        expect((await find(who, what)).location, what).toBe(pathOf(letter));
    for (const what of ['mamoruko.jinken@MAIL1.example', 'Jinken <Mamoruko.Jinken+tag@mail1.example>'])
      expect((await find(campaigner, what)).location, what).toBe(pathOf(letter));
    expect((await find(campaigner, 'mamoruk@mail1.example')).status).toBe(404);
    expect((await find(campaigner, `${token.slice(0, 31)}${token.endsWith('0') ? 1 : 0}`)).status).toBe(422);
    expect((await find(campaigner, 'Mamoruko')).status).toBe(422);
    expect((await find(campaigner, '0000000000000000')).status).toBe(404);
  });

  test('with the right to read alone finds a letter by its id and by nothing else', async () => {
    expect((await find(viewer, letter.id)).location).toBe(pathOf(letter));
    expect((await find(viewer, letter.signatureId)).status).toBe(404);
    expect((await find(viewer, letter.token)).status).toBe(404);
    for (const who of [viewer, deliverer]) {
      const answer = await find(who, 'mamoruko.jinken@mail1.example');
      expect([answer.status, answer.location]).toEqual([403, '']);
      expect(answer.text).not.toContain('mamoruko');
    }
  });

  test('stands in the audit log without the address, and never in an address of a page', async () => {
    const before = await app.database.read.countBy(staffEventTable, { what: 'letters.search' });
    const answer = await find(campaigner, 'Mamoruko.Jinken@mail1.example');
    expect(answer.location).not.toContain('mail1');
    expect((await find(campaigner, 'nobody.here@mail1.example')).text).not.toContain('nobody.here');
    const rows = await app.database.read.findBy(staffEventTable, { what: 'letters.search' });
    expect(rows.length).toBe(before + 2);
    expect(JSON.stringify(rows)).not.toMatch(/mail1|mamoruko|nobody/i);
    // What looks like an id and is none may be somebody's name.
    expect((await find(campaigner, 'mamorukojinkenno')).status).toBe(404);
    expect(await eventsOf('mamorukojinkenno')).toEqual([]);
    expect((await eventsOf(letter.token.slice(0, 16))).length).toBeGreaterThan(0);
    const marks = rows.filter(({ actor }) => actor === campaigner.staff.id).map(({ subject }) => subject);
    expect(marks.filter((mark) => /^[\w-]{43}$/.test(mark)).length).toBeGreaterThan(3);
    // However it was spelled, the same mailbox has the same mark.
    expect(new Set(marks.filter((mark) => mark.length === 43)).size).toBe(3);
  });

  test('by addresses has a limit for each person, and goes on after a while', async () => {
    const fisher = await signedIn(app, 'campaigner');
    for (let n = 0; n < 20; n += 1) expect((await find(fisher, `person${n}@mail2.example`)).status).toBe(404);
    const limited = await find(fisher, 'mamoruko.jinken@mail1.example');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await find(campaigner, 'mamoruko.jinken@mail1.example')).status).toBe(303);
    expect((await find(fisher, letter.id)).status).toBe(303);
    app.clock.move(16 * minute);
    expect((await find(fisher, 'mamoruko.jinken@mail1.example')).status).toBe(303);
  });

  test('by the receipt of a repeated signature warns that its holder may be a stranger', async () => {
    const { body } = await app.sign(2, { name: 'Somebody Else', email: 'mamoruko.jinken@mail1.example' });
    const token = String(body.receipt_url).split('/').at(-1) ?? '';
    const { location } = await find(deliverer, token);
    expect(location).toBe(pathOf(letter));
    expect((await deliverer.get(location)).text).toContain('repeated signature');
  });

  test('finds by address also who has not confirmed, and nobody who was erased', async () => {
    const held = await sign(3, { email: 'waits@mail3.example' });
    // As the road writes it for a campaign that asks for confirmation.
    const keys = openKeyRing(app.folder, engineEnvironment(app.folder)['SECRETS']);
    const [addressKey = ''] = addressKeys(keys, { address: 'waits@mail3.example', domain: 'mail3.example' });
    await app.database.write(async (transaction) => {
      await transaction.update(
        signatureTable,
        { id: held.signatureId },
        { personKey: `withdrawn:${held.signatureId}` },
      );
      await transaction.insert(noticeTable, {
        id: held.id,
        signatureId: held.signatureId,
        kind: 'confirm',
        about: '',
        campaign,
        language: 'ja',
        addressKey,
        createdAt: 1,
        dueAt: 1,
        asked: 1,
        tries: 1,
        startedAt: null,
        endedAt: 1,
        verdict: 'accepted',
      });
    });
    const found = await find(campaigner, 'Waits@mail3.example');
    expect([found.status, found.location]).toEqual([303, pathOf(held)]);
    expect((await viewer.get(pathOf(held))).text).toMatch(/Please confirm<\/strong> · taken by a server/);
    await app.database.write((transaction) =>
      transaction.update(signatureTable, { id: held.signatureId }, { email: null }),
    );
    expect((await find(campaigner, 'waits@mail3.example')).status).toBe(404);
    await until(held.id, 'accepted');
  });
});

describe('a letter', () => {
  const person = {
    name: '<script>alert(1)</script> "Zoë"',
    email: 'zoe@private-domain.example',
    message: '<img src=x onerror=alert(2)> my own words',
  };
  let letter: Letter;

  beforeAll(async () => {
    app.embassy.become(refuses(person.email));
    letter = await sign(10, person);
    await until(letter.id, 'for_hand');
    app.embassy.become({ name: 'accepts' });
  });

  test('tells its state, its way, and the words of the server, with nothing that names the signer', async () => {
    for (const who of [viewer, deliverer]) {
      const { text, status } = await who.get(pathOf(letter));
      expect(status).toBe(200);
      for (const words of ['Waits for paper', 'next petition', 'attempt 1', 'refused: ', '550', '5.7.1', 'Rule'])
        expect(text, words).toContain(words);
      for (const secret of ['zoe@', 'private-domain', 'Zoë', 'my own words', 'onerror', '<b>bold'])
        expect(text.toLowerCase(), secret).not.toContain(secret.toLowerCase());
      expect(text).toContain('…@…');
    }
    expect((await viewer.get(pathOf(letter))).text).not.toContain('@embassy.example');
  });

  test('of Japanese pages has no word of English in its history', async () => {
    const reader = await signedIn(app, 'viewer', { language: 'ja' });
    const { text } = await reader.get(pathOf(letter));
    expect(text).toContain('書面待ち');
    expect(text).not.toContain('class="why" lang="en"');
  });

  test('shows who signed only to who may know, only when asked, and writes it down', async () => {
    for (const who of [viewer, deliverer]) expect((await who.send(pathOf(letter))).status).toBe(403);
    const closed = await campaigner.get(pathOf(letter));
    expect(closed.text).not.toContain('alert(1)');
    expect(closed.text).toContain('zoe@private-domain.example'); // in the words of the server
    expect(await eventsOf(letter.id)).toEqual([]);
    const open = await campaigner.send(pathOf(letter));
    expect(open.status).toBe(200);
    expect(open.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(open.text).toContain('&lt;img src=x onerror=alert(2)&gt; my own words');
    expect(open.text).not.toMatch(/<script>alert|<img src=x|<b>bold/);
    expect(open.headers.get('cache-control')).toBe('no-store');
    const rows = await eventsOf(letter.id);
    expect(rows.map(({ actor, what, result }) => [actor, what, result])).toEqual([
      [campaigner.staff.id, 'letter.open', 'asked'],
    ]);
    expect((await campaigner.get(pathOf(letter))).text).not.toContain('alert(1)');
  });

  test('that came back tells what the report said, and what it was taken for', async () => {
    app.embassy.become(bouncesLater());
    const returned = await sign(11, { email: 'bea@mail7.example' });
    await waitFor(
      () => app.database.read.findBy(letterHistoryTable, { letterId: returned.id, to: 'returned' }),
      (rows) => rows.length > 0,
      'a letter that came back',
    );
    app.embassy.become({ name: 'accepts' });
    for (const who of [viewer, admin]) {
      const { text } = await who.get(pathOf(returned));
      for (const words of ['Came back', 'Report of failure', 'the mailbox does not exist', 'report of 15 June 2020'])
        expect(text, words).toContain(words);
      expect(text).toMatch(/id="report-[0-9a-v]{16}"/);
    }
    expect((await viewer.get(pathOf(returned))).text).not.toMatch(/\w@\w/);
  });

  test('that does not exist, or is something else, is not found by anybody', async () => {
    for (const id of ['0000000000000000', letter.signatureId, '..%2f', 'x', `${letter.id}0`]) {
      expect((await admin.get(`${search}/${id}`)).status, id).toBe(404);
      expect((await admin.send(`${search}/${id}`)).status, id).toBe(404);
      expect((await move(admin, { id, moves: 1 }, 'mail')).status, id).toBe(404);
    }
  });
});

describe('moving by hand', () => {
  test('is for who looks after channels, and needs a reason', async () => {
    await paused(async () => {
      const letter = await sign(20);
      for (const who of [viewer, campaigner]) {
        expect((await who.get(pathOf(letter))).text).not.toContain('Move by hand');
        expect((await move(who, letter, 'paper')).status).toBe(403);
      }
      const unsaid = await move(deliverer, letter, 'paper', ' ');
      expect(unsaid.status).toBe(422);
      expect(unsaid.text).toContain('id="reason-paper-error"');
      for (const wish of ['sending', 'accepted', 'handed_in', 'delivered', 'mail', ''])
        expect([409, 422], wish).toContain((await move(deliverer, letter, wish)).status);
      expect(await rowOf(letter.id)).toMatchObject({ state: 'queued', moves: 1 });
    });
  });

  test('puts a name on paper and back to the mail, and tells so in the log and on the page', async () => {
    let letter: Letter | undefined;
    await paused(async () => {
      letter = await sign(21);
      expect((await move(deliverer, letter, 'paper', 'the office asked for paper')).status).toBe(303);
      const onPaper = await rowOf(letter.id);
      expect(onPaper).toMatchObject({ state: 'for_hand', moves: 2, mailbox: null });
      const [row] = await eventsOf(letter.id);
      expect(row).toMatchObject({ what: 'letter.paper', actor: deliverer.staff.id, result: 'done' });
      const history = await app.database.read.findBy(letterHistoryTable, { letterId: letter.id, seq: 2 });
      expect(history).toMatchObject([{ from: 'queued', to: 'for_hand', reason: 'moved by staff', cause: row?.id }]);
      const page = (await viewer.get(pathOf(letter))).text;
      expect(page).toContain('moved by hand');
      expect(page).toContain('<q>the office asked for paper</q>');

      expect((await deliverer.get(pathOf(letter))).text).toContain('as soon as staff let sending go on');
      expect((await move(deliverer, onPaper, 'mail')).status).toBe(303);
      expect(await rowOf(letter.id)).toMatchObject({ state: 'queued', moves: 3 });
      expect((await deliverer.get(pathOf(letter))).text).toContain('as soon as staff let sending go on');
    });
    await until(letter?.id ?? '', 'accepted');
  });

  test('says when it will leave by mail', async () => {
    await paused(async () => {
      const letter = await sign(22);
      await move(deliverer, letter, 'paper');
    });
    const [letter] = await app.database.read.find(letterTable, { where: { state: 'for_hand' }, order: { id: 'DESC' } });
    expect((await deliverer.get(pathOf(letter ?? { id: '' }))).text).toMatch(
      /It will go by mail, at about \d+ June 2020/,
    );
    await move(deliverer, letter ?? { id: '', moves: 0 }, 'mail');
    await until(letter?.id ?? '', 'accepted');
  });

  test('never overrules what happened since the page was opened', async () => {
    await paused(async () => {
      const letter = await sign(23);
      await move(deliverer, letter, 'paper');
      const late = await move(admin, letter, 'withdraw');
      expect(late.status).toBe(409);
      expect(late.text).toContain('Nothing was done');
      expect(await rowOf(letter.id)).toMatchObject({ state: 'for_hand', moves: 2 });
      expect((await eventsOf(letter.id)).map(({ what }) => what)).toEqual(['letter.paper']);
      const both = await Promise.all([
        move(deliverer, { ...letter, moves: 2 }, 'mail'),
        move(admin, { ...letter, moves: 2 }, 'withdraw'),
      ]);
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409]);
    });
  });

  test('cannot touch a letter that is being sent, and loses against the mailer', async () => {
    await paused(async () => {
      const letter = await sign(24);
      const now = app.clock.now();
      // As the mailer claims it, between the look and the button.
      await app.database.write(async (transaction) => {
        const patch = { fence: 1, attempts: 1, dueAt: now + minute };
        await moveLetters(
          transaction,
          [{ id: letter.id, from: 'queued', to: 'sending', reason: 'claimed for sending', fence: 0, patch }],
          now,
        );
        await transaction.insert(attemptTable, {
          id: letter.id,
          letterId: letter.id,
          target,
          number: 1,
          fence: 1,
          startedAt: now,
          endedAt: null,
          identity: 'reply-to',
          mailbox: null,
          messageDigest: 'x',
          verdict: null,
          stage: null,
          code: null,
          enhanced: null,
          reply: null,
        });
      });
      for (const wish of ['paper', 'mail', 'withdraw', 'delivered', 'came-back']) {
        expect((await move(deliverer, letter, wish)).status, wish).toBe(409);
        expect((await move(deliverer, { ...letter, moves: 2 }, wish)).status, wish).toBe(409);
      }
      expect(await rowOf(letter.id)).toMatchObject({ state: 'sending', moves: 2 });
      expect(await eventsOf(letter.id)).toEqual([]);
      await app.auditGreen();
      // What nobody heard of again is in doubt; nobody at a desk can end the doubt.
      app.clock.move(2 * minute);
      const doubted = await until(letter.id, 'in_doubt');
      for (const wish of ['paper', 'mail', 'withdraw', 'delivered', 'came-back'])
        expect((await move(admin, doubted, wish)).status, wish).toBe(409);
      expect((await admin.get(pathOf(letter))).text).toContain('Nothing can be done by hand now');
    });
  });

  test('does not send against a shut channel, nor a third time, nor for somebody who was erased', async () => {
    await channel('hand');
    const letter = await sign(25);
    const waiting = await until(letter.id, 'for_hand');
    const page = await deliverer.get(pathOf(letter));
    expect(page.text).toContain('mail is shut for this target');
    expect((await move(deliverer, waiting, 'mail')).status).toBe(409);
    for (const [changes, why] of [
      [{ doubts: 2 }, 'arrived twice already'],
      [{ signerDomain: '' }, 'The signer was erased'],
    ] as const) {
      await app.database.write((transaction) => transaction.update(letterTable, { id: letter.id }, changes));
      expect((await deliverer.get(pathOf(letter))).text).toContain(why);
      expect((await move(deliverer, waiting, 'mail')).status).toBe(409);
      const back = { doubts: waiting.doubts, signerDomain: waiting.signerDomain };
      await app.database.write((transaction) => transaction.update(letterTable, { id: letter.id }, back));
    }
    expect(await rowOf(letter.id)).toMatchObject({ state: 'for_hand', moves: waiting.moves });
    await channel('mail');
  });

  test("takes a letter back as the signer's own button does", async () => {
    await channel('hand');
    const letter = await sign(26);
    const waiting = await until(letter.id, 'for_hand');
    expect((await move(deliverer, waiting, 'withdraw', 'she asked by telephone')).status).toBe(303);
    expect(await rowOf(letter.id)).toMatchObject({ state: 'withdrawn' });
    const signature = await app.database.read.findOneByOrFail(signatureTable, { id: letter.signatureId });
    expect(signature.personKey).toBe(`withdrawn:${letter.signatureId}`);
    expect(await (await fetch(`${app.origin}/receipts/${letter.token}`)).text()).toContain(
      '送り出す前に取り下げられました',
    );
    await app.auditGreen();
    // The same person may sign again.
    const again = await sign(26);
    expect(again.signatureId).not.toBe(letter.signatureId);
    await channel('mail');
  });

  test('ends the wait of a letter whose report only a person can read', async () => {
    const letters = [];
    for (const [n, wish, state] of [
      [30, 'delivered', 'delivered'],
      [31, 'came-back', 'for_hand'],
    ] as const) {
      const letter = await sign(n, { email: `person${n}@mail5.example` });
      const accepted = await until(letter.id, 'accepted');
      // Without such a report nobody at a desk can say it.
      expect((await move(deliverer, accepted, wish)).status).toBe(409);
      await app.database.write((transaction) =>
        transaction.update(letterTable, { id: letter.id }, { dueAt: Number.MAX_SAFE_INTEGER }),
      );
      expect((await viewer.get(pathOf(letter))).text).toContain('Somebody has to read it');
      expect((await move(deliverer, accepted, wish)).status).toBe(303);
      expect(await rowOf(letter.id)).toMatchObject({ state });
      letters.push(letter);
    }
    await app.auditGreen();
  });
});
