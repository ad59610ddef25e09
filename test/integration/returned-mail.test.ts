import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterEach, describe, expect, test } from 'vitest';
import { day } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { policyReport } from '../support/failure-report.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

/** Signs, and gives the return path of the letter that left. */
async function sendOne(n = 1): Promise<string> {
  const before = (await app.states()).accepted;
  await app.sign(n);
  await app.until({ accepted: before + 1 });
  return app.embassy.received.at(-1)?.envelope.from ?? '';
}
const stored = () => app.database.read.find(returnedMailTable);
const counted = async (result: string) => (await metricsOf(app)).sum('todoke_returned_mail_total', { result });

describe('the bounce listener', () => {
  test('speaks LMTP: one mail for several letters is stored for each of them', async () => {
    app = await startTestApp({ env: { BOUNCE_PROTOCOL: 'lmtp' } });
    const paths = [await sendOne(1), await sendOne(2)];
    const forged = paths[0]?.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0')) ?? '';
    const connection = new SMTPConnection({ host: '127.0.0.1', port: app.bouncePort, lmtp: true });
    connection.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    const info = await new Promise<{ accepted: string[]; rejected: string[] }>((resolve, reject) =>
      connection.send({ from: '', to: [...paths, forged] }, policyReport(), (error, sent) =>
        error ? reject(error) : resolve(sent as never),
      ),
    );
    connection.close();
    expect(info).toMatchObject({ accepted: paths, rejected: [forged] });
    await app.until({ for_hand: 2 });
    expect(await stored()).toHaveLength(2);
    expect(await counted('forged')).toBe(1);
    expect(await app.database.read.countBy(outcomeTable, { trust: 'report-signed-path' })).toBe(2);
  });

  test('takes a report once, whatever a second server wrote on top of it', async () => {
    app = await startTestApp();
    const path = await sendOne();
    await handInMail(app.bouncePort, path, policyReport());
    await handInMail(
      app.bouncePort,
      path,
      `Received: from a by b; Mon, 15 Jun 2020 03:00:00 +0000\r\n${policyReport()}`,
    );
    await app.until({ for_hand: 1 });
    expect(await stored()).toHaveLength(1);
    expect(await counted('again')).toBe(1);
  });

  test('refuses a path that is no longer read', async () => {
    app = await startTestApp();
    const path = await sendOne();
    app.clock.move(15 * day);
    await app.until({ delivered: 1 });
    await expect(handInMail(app.bouncePort, path, policyReport())).rejects.toThrow(/5\.1\.6/);
    expect(await counted('expired')).toBe(1);
    expect(await stored()).toEqual([]);
  });
});

describe('a real report that somebody moved to the path of another letter', () => {
  test.each([
    [
      'its envelope id',
      (id: string) => policyReport().replace('Reporting-MTA', `Original-Envelope-Id: ${id}\r\nReporting-MTA`),
    ],
    [
      'the letter it returns',
      (id: string) =>
        policyReport().replace(
          '\r\n--b--',
          `\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <${id}@human-rights-desk.example>\r\n\r\n--b--`,
        ),
    ],
  ])('moves neither: %s gives it away, and it is counted', async (_what, reportOf) => {
    app = await startTestApp();
    const path = await sendOne();
    await handInMail(app.bouncePort, path, reportOf('0123456789abcdef'));
    await waitFor(stored, (rows) => rows[0]?.readAt !== null, 'a read report');
    expect(await stored()).toMatchObject([{ effect: 'noted: it speaks of another letter' }]);
    expect(await app.database.read.count(outcomeTable)).toBe(0);
    // Counted after the commit.
    await waitFor(
      () => counted('mismatched'),
      (n) => n === 1,
      'a counted mismatch',
    );
    await app.until({ accepted: 1 });
    // The letter's own id is no reason for doubt, nor is one that a relay made.
    const { id } = await app.database.read.findOneByOrFail(letterTable, {});
    await handInMail(app.bouncePort, path, reportOf(id));
    await app.until({ for_hand: 1 });
  });
});
