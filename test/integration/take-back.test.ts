/** What a signer can still do after signing: take the letter back, and have everything personal erased. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { IsNull } from 'typeorm';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { deliveryReport } from '../../src/embassy/delivery-report.ts';
import { accepts, bouncesLater, dropsAfterDot } from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { knownReports, type KnownReport, type ReturnedReport } from '../../src/embassy/returned-report.ts';
import { sendBack } from '../../src/embassy/send-back.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { letterHistoryTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { channelSwitchTable } from '../../src/outbox/channel-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { petitionPlaceTable } from '../../src/petitions/petition-table.ts';
import { engines } from '../support/engines.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

/** Everything about this person is a word that occurs nowhere else. */
const person = {
  name: '人権 守子',
  email: 'Mamoruko.Jinken@private-domain.example',
  phone: '0355551234',
  message: 'words that only she would write',
  language: 'ja',
};
const personal = [person.name, 'mamoruko', 'private-domain', person.phone, person.message, '55551234'];

/** Sends away for now, in words that repeat the signer's address, as real servers do. */
const quotesTheSigner: Personality = {
  name: 'quotes the signer',
  answer: ({ stage }) => (stage === 'rcpt' ? { say: `450 4.2.1 <${person.email}>: try again later` } : undefined),
};

/** Signs and gives the address of the receipt. */
async function sign(changes: Record<string, unknown> = person): Promise<string> {
  const { status, body } = await app.sign(1, changes);
  expect(status).toBe(202);
  return body.receipt_url as string;
}

const press = (receipt: string, what: 'withdraw' | 'erase') =>
  fetch(`${receipt}/${what}`, { method: 'POST', redirect: 'manual' });

/** Presses the button and follows to the receipt; gives its words. */
async function takeBack(receipt: string, what: 'withdraw' | 'erase'): Promise<string> {
  const answer = await press(receipt, what);
  expect(answer.status).toBe(303);
  const shown = await fetch(new URL(answer.headers.get('location') ?? '', app.origin));
  expect(shown.status).toBe(200);
  return shown.text();
}

const attempts = (n: number) =>
  waitFor(
    () => app.database.read.find(attemptTable, { where: {} }),
    (seen) => seen.filter((attempt) => attempt.verdict !== null).length === n,
    `${n} attempts`,
  );

const shut = (mode: 'mail' | 'hand' = 'hand') =>
  app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, { mode, reason: 'as the test wants it' });

async function compile(): Promise<{ id: string; names: number }> {
  const { status, body } = await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
  expect(status).toBe(201);
  await waitFor(
    async () => (await app.call('GET', `/v1/petitions/${body.id}`)).body,
    (seen) => seen.files_ready,
    'its files',
  );
  return body;
}

const handIn = (petition: string) =>
  app.call('POST', `/v1/petitions/${petition}/hand-ins`, {
    outcome: 'accepted',
    at: new Date(app.clock.now()).toISOString(),
    place: 'at the gate',
  });

/** Every `table.column` of the database in which a word of the person stands, also inside mail and other codings. */
async function traces(words: readonly string[] = personal): Promise<string[]> {
  const found = new Set<string>();
  const tables: { name: string }[] = await app.database.read.query(
    engines === 'embedded'
      ? `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
      : `select table_name as name from information_schema.tables where table_schema = database()`,
  );
  expect(tables.length).toBeGreaterThan(12);
  for (const { name } of tables) {
    const rows: Record<string, unknown>[] = await app.database.read.query(`select * from ${name}`);
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        const text = decoded(value).toLowerCase();
        if (words.some((word) => text.includes(word.toLowerCase()))) found.add(`${name}.${column}`);
      }
    }
  }
  return [...found].toSorted();
}

/** A value as text, followed by what its base64 says. */
function decoded(value: unknown): string {
  if (value === null || typeof value === 'number') return '';
  const text = typeof value === 'string' ? value : Buffer.from(value as ArrayBuffer).toString('utf8');
  const joined = text.replaceAll(/([A-Za-z0-9+/]{76})\r?\n/g, '$1');
  const inside = [...joined.matchAll(/[A-Za-z0-9+/]{8,}={0,2}/g)].map(([run]) => Buffer.from(run, 'base64').toString());
  return [text, ...inside].join('\n');
}

/** A report about the first letter comes to our door; gives our reply. */
function comesBack(report: ReturnedReport): Promise<string> {
  const [mail] = app.embassy.received;
  if (!mail) throw new Error('no letter arrived');
  const to = mail.envelope.from;
  const raw = deliveryReport({
    reportingMta: 'mx.embassy.example',
    queueId: '4T0000000001',
    to,
    recipient: mail.envelope.to[0] ?? '',
    envelopeId: mail.envelope.envelopeId,
    report,
    letter: mail.raw,
    at: app.clock.now(),
  });
  const signal = AbortSignal.timeout(10_000);
  return sendBack({ host: '127.0.0.1', port: app.bouncePort, name: 'mx.embassy.example', from: '', to, raw, signal });
}

describe('a letter taken back', () => {
  test('while it waits for another try is never sent', async () => {
    app.embassy.become(quotesTheSigner);
    const receipt = await sign();
    await attempts(1);
    await app.until({ queued: 1 });
    const page = await takeBack(receipt, 'withdraw');
    expect(page).toContain('取り下げ');
    expect(page).not.toContain('/withdraw"');
    await app.until({ withdrawn: 1 });
    await app.auditGreen();

    app.embassy.become(accepts());
    app.clock.move(day);
    await app.sign(2);
    await app.until({ withdrawn: 1, accepted: 1 });
    expect(app.embassy.received.map(({ raw }) => /^Reply-To:.*<(.*)>/m.exec(raw.toString())?.[1])).toEqual([
      'signer2@mail2.example',
    ]);
    expect(await app.database.read.count(attemptTable)).toBe(2);
  });

  test('while it waits for paper comes onto no petition and not back to the mail', async () => {
    await shut();
    const receipt = await sign();
    await app.until({ for_hand: 1 });
    await takeBack(receipt, 'withdraw');
    await app.until({ withdrawn: 1 });
    expect((await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target })).status).toBe(409);
    await app.sign(2);
    await app.until({ for_hand: 1 });
    expect((await compile()).names).toBe(1);
    await shut('mail');
    app.clock.move(hour);
    await app.sign(3);
    await app.until({ withdrawn: 1, petitioned: 1, accepted: 1 });
  });

  test('twice is taken back once', async () => {
    await shut();
    const receipt = await sign();
    await app.until({ for_hand: 1 });
    await Promise.all([takeBack(receipt, 'withdraw'), takeBack(receipt, 'withdraw')]);
    await app.until({ withdrawn: 1 });
    expect(await app.database.read.countBy(letterHistoryTable, { to: 'withdrawn' })).toBe(1);
  });

  test('too late stays where it is, and its page says so', async () => {
    const receipt = await sign();
    await app.until({ accepted: 1 });
    const answer = await press(receipt, 'withdraw');
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('もう取り下げられません');
    expect((await fetch(`${receipt}/withdraw`)).status).toBe(409);
    expect(await (await fetch(receipt)).text()).not.toContain('/withdraw"');
    await app.until({ accepted: 1, withdrawn: 0 });
    expect(await app.database.read.findOneBy(signatureTable, {})).toMatchObject({ name: person.name });
  });

  test('by somebody who only signed again in her name is not taken back', async () => {
    await shut();
    await sign();
    await app.until({ for_hand: 1 });
    const other = await sign({ ...person, name: 'Somebody Else' });
    await takeBack(other, 'withdraw');
    await takeBack(other, 'erase');
    await app.until({ for_hand: 1, withdrawn: 0 });
    expect(await app.database.read.findOneBy(signatureTable, {})).toMatchObject({ name: person.name, erasedAt: null });
  });

  test('needs its receipt', async () => {
    await shut();
    const receipt = await sign();
    await app.until({ for_hand: 1 });
    const forged = receipt.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const what of ['withdraw', 'erase'] as const) expect((await press(forged, what)).status).toBe(404);
    expect((await fetch(`${receipt}/withdraw`)).status).toBe(200); // a GET, as of a link scanner, only asks
    expect((await fetch(`${receipt}/erase`)).status).toBe(200);
    await app.until({ for_hand: 1 });
  });
});

describe('a signer erased', () => {
  /** Leaves traces wherever there can be some: tries, outcomes, returned mail, a switch; then waits for paper. */
  async function aLongRoad({ andASwitch = false } = {}): Promise<string> {
    app.embassy.become(quotesTheSigner);
    const receipt = await sign();
    await attempts(1);
    const diagnostic = `550 5.1.1 <{to}>: User unknown; mail of <${person.email}> goes back`;
    app.embassy.become(bouncesLater({ report: 'unknown-user', diagnostic }));
    app.clock.move(10 * minute);
    await app.until({ for_hand: 1 });
    if (andASwitch) {
      // One report alone switches nothing; a second one from another domain does, and both are its evidence.
      app.embassy.become(bouncesLater({ report: 'unknown-user' }));
      await app.sign(2);
      await app.until({ for_hand: 2 });
      await waitFor(
        () => app.database.read.count(channelSwitchTable),
        (n) => n === 1,
        'a slowed channel',
      );
    }
    return receipt;
  }

  test('leaves no trace of name, address, phone, words, replies or returned mail', async () => {
    const receipt = await aLongRoad();
    // The search sees what there is to see.
    expect(await traces()).toEqual(
      expect.arrayContaining([
        'attempt.reply',
        'letter.signer_domain',
        'outcome.signer_domain',
        'outcome.text',
        'returned_mail.raw',
        'signature.email',
        'signature.message',
        'signature.name',
        'signature.phone',
      ]),
    );
    const personKey = (await app.database.read.findOneByOrFail(signatureTable, {})).personKey;

    const page = await takeBack(receipt, 'erase');
    await app.until({ withdrawn: 1 });
    expect(await traces()).toEqual([]);
    expect(await traces([personKey])).toEqual([]);
    expect(await app.database.read.count(returnedMailTable)).toBe(0);
    expect(page).toContain('個人情報を消去しました');
    expect(page).not.toContain(person.name);
    expect((await app.call('GET', `/v1/campaigns/${campaign}/letters`)).body.letters).toMatchObject([
      { state: 'withdrawn', signer: { name: null, email: null } },
    ]);
    // What is needed to prove the road stays: consents without a person, attempts, outcomes and their classes.
    const [signature] = await app.database.read.find(signatureTable);
    expect(signature).toMatchObject({ erasedAt: app.clock.now(), language: 'ja' });
    expect(signature?.consents.length).toBe(2);
    expect(await app.database.read.count(attemptTable)).toBe(2);
    const outcomes = await app.database.read.find(outcomeTable);
    expect(new Set(outcomes.map((outcome) => outcome.attribution))).toEqual(new Set(['dead', 'passing']));
  });

  test('leaves none in the evidence of a switch either', async () => {
    const receipt = await aLongRoad({ andASwitch: true });
    await takeBack(receipt, 'erase');
    expect(await traces()).toEqual([]);
  });

  // The same words are shown to keys that may not see who signed (design §4: no personal data without the scope).
  test('or not, is not shown to a key without the scope for it', async () => {
    await app.stop();
    app = await startTestApp({ scopes: ['sign', 'read'] });
    await aLongRoad({ andASwitch: true });
    const { body } = await app.call('GET', `/v1/campaigns/${campaign}/targets/${target}`);
    expect(body.switches).toHaveLength(1);
    expect(JSON.stringify(body).toLowerCase()).not.toMatch(/mamoruko|private-domain/);
  });

  test('can sign again like anybody new', async () => {
    await shut();
    await takeBack(await sign(), 'erase');
    await shut('mail');
    const again = await sign();
    await app.until({ withdrawn: 1, accepted: 1 });
    expect(await (await fetch(again)).text()).toContain('メールサーバーが受け取りました');
    expect(await app.database.read.count(signatureTable)).toBe(2);
    expect(app.embassy.received).toHaveLength(1);
  });

  test('after a server took the letter: the letter stays accepted, the person is gone', async () => {
    const receipt = await sign();
    await app.until({ accepted: 1 });
    const page = await takeBack(receipt, 'erase');
    expect(page).toContain('個人情報を消去しました');
    await app.until({ accepted: 1 });
    expect(await traces()).toEqual([]);
    await app.auditGreen();
    app.clock.move(3 * day);
    await app.until({ delivered: 1 });
    expect((await press(receipt, 'erase')).status).toBe(303); // once more changes nothing
    await app.until({ delivered: 1 });
  });

  test.each<[KnownReport, string]>([
    ['unknown-user', 'it goes on no paper'],
    ['blocked', 'it goes on no paper'],
    ['full', 'it is not tried again'],
    ['delayed', 'it waits on, and goes nowhere'],
  ])('before the letter comes back (%s): %s', async (report) => {
    const receipt = await sign();
    await app.until({ accepted: 1 });
    await takeBack(receipt, 'erase');
    expect(await comesBack(knownReports[report])).toMatch(/^250/);
    await waitFor(
      () => app.database.read.countBy(returnedMailTable, { readAt: IsNull() }),
      (unread) => unread === 0,
      'a report that was read',
    );
    const history = (await app.database.read.find(letterHistoryTable, { order: { seq: 'ASC' } })).map(
      (move) => move.to,
    );
    expect(history.slice(3)).toEqual(report === 'delayed' ? [] : ['returned', 'for_hand', 'withdrawn']);
    await app.auditGreen();
    app.clock.move(6 * day);
    await app.until(report === 'delayed' ? { delivered: 1 } : { withdrawn: 1 });
    await app.sign(2);
    await waitFor(
      () => app.embassy.received.length,
      (n) => n >= 2,
      'the letter of somebody else',
    );
    expect(app.embassy.received.filter(({ raw }) => raw.includes(person.email))).toHaveLength(1);
  });

  test('before the letter comes back is not brought back by the report', async () => {
    const receipt = await sign();
    await app.until({ accepted: 1 });
    await takeBack(receipt, 'erase');
    await comesBack({ ...knownReports['unknown-user'], diagnostic: `550 5.1.1 <${person.email}> wrote to nobody` });
    await app.until({ withdrawn: 1 });
    expect(await traces()).toEqual([]);
  });

  describe('while her name is on a sealed petition', () => {
    let receipt: string;
    let petition: { id: string; names: number };
    beforeEach(async () => {
      await shut();
      receipt = await sign();
      await app.sign(2);
      await app.until({ for_hand: 2 });
      petition = await compile();
      expect(petition.names).toBe(2);
      await takeBack(receipt, 'erase');
    });

    test('keeps only the name, until the paper is handed in', async () => {
      await app.until({ petitioned: 2 });
      expect(await traces()).toEqual(['signature.name']);
      app.clock.move(30 * day);
      await takeBack(receipt, 'erase'); // asking again does not shorten the wait
      expect(await traces()).toEqual(['signature.name']);
      await app.auditGreen();

      expect((await handIn(petition.id)).status).toBe(201);
      await app.until({ handed_in: 2 });
      await waitFor(traces, (seen) => seen.length === 0, 'no trace');
      expect(await (await fetch(receipt)).text()).toContain('個人情報を消去しました');
      expect(await app.database.read.countBy(petitionPlaceTable, { petitionId: petition.id })).toBe(2);
    });

    test('keeps it through a refusal at the door, since the same paper may be carried again', async () => {
      const at = new Date(app.clock.now()).toISOString();
      const refused = { outcome: 'refused', at, place: 'at the gate' };
      expect((await app.call('POST', `/v1/petitions/${petition.id}/hand-ins`, refused)).status).toBe(201);
      await app.until({ petitioned: 2 });
      expect(await traces()).toEqual(['signature.name']);
    });

    test('does not come onto the next one when it is voided', async () => {
      await app.call('POST', `/v1/petitions/${petition.id}/void`, { reason: 'a misprint' });
      await app.until({ for_hand: 1, withdrawn: 1 });
      await waitFor(traces, (seen) => seen.length === 0, 'no trace');
      await app.auditGreen();
      const next = await compile();
      expect(next.names).toBe(1);
      const csv = await app.call('GET', `/v1/petitions/${next.id}/names.csv`);
      expect(csv.body).toContain('人権 守 2');
      expect(csv.body).not.toContain(person.name);
    });

    test('does not go by mail either when it is voided and mail is open again', async () => {
      await app.call('POST', `/v1/petitions/${petition.id}/void`, { reason: 'mail is open again' });
      app.clock.move(minute);
      await shut('mail');
      await app.until({ withdrawn: 1, accepted: 1 });
      expect(app.embassy.received).toHaveLength(1);
      expect(app.embassy.received[0]?.raw.toString()).toContain('signer2@mail2.example');
    });
  });

  test('at the moment her letter is being handed over is asked to come back', async () => {
    const gate = await aGate();
    await app.stop();
    app = await startTestApp({ env: { SMTP_URL: gate.url } });
    const receipt = await sign();
    await gate.reached;
    try {
      await app.until({ sending: 1 });
      const refused = await press(receipt, 'erase');
      expect(refused.status).toBe(409);
      expect(await refused.text()).toContain('ちょうどいま送り出されている');
      expect((await press(receipt, 'withdraw')).status).toBe(409);
      expect(await traces(['private-domain'])).toContain('signature.email');
      await app.until({ sending: 1 });
      await app.auditGreen();
    } finally {
      gate.open(); // else the application cannot stop
    }
    await app.until({ accepted: 1 });
    await takeBack(receipt, 'erase');
    expect(await traces()).toEqual([]);
  });

  test('while it is in doubt whether the letter was taken is asked to come back', async () => {
    app.embassy.become(dropsAfterDot({ times: 1, taken: true }));
    const receipt = await sign();
    await app.until({ in_doubt: 1 });
    expect((await press(receipt, 'erase')).status).toBe(409);
    expect((await press(receipt, 'withdraw')).status).toBe(409);
    app.clock.move(31 * minute);
    await app.until({ accepted: 1 });
    const [first, second] = app.embassy.received;
    expect(second?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true);
    await takeBack(receipt, 'erase');
    expect(await traces()).toEqual([]);
  });
});

/** A mail server that keeps whoever names a recipient waiting until it is opened. */
async function aGate(): Promise<{ url: string; reached: Promise<void>; open(): void }> {
  const { promise: reached, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, answer) {
      arrive();
      void opened.then(() => answer());
    },
    onData(stream, _session, done) {
      stream.resume().on('end', () => done());
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, reached, open };
}
