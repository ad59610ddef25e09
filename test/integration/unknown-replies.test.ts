import { afterEach, expect, test } from 'vitest';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { unknownAnswer } from '../../src/web/api/answers.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const heard = (n: number) =>
  waitFor(
    () => app.database.read.countBy(outcomeTable, { class: 'unknown' }),
    (seen) => seen === n,
    `${n} unknown outcomes`,
  );

test('replies that no rule knows are grouped by their words, without names, until a rule knows them', async () => {
  let said = 0;
  app = await startTestApp({
    personality: {
      name: 'speaks in riddles',
      answer: ({ stage, to, from }) => {
        if (stage !== 'rcpt') return undefined;
        said += 1;
        return said === 4
          ? { say: '599 5.9.9 The owl has flown' }
          : { say: `599 5.9.9 <${to}> The heron of Mamoru Jinken Q${said}ABCDEF12345 stands still for ${from}` };
      },
    },
  });
  for (let n = 1; n <= 4; n += 1) {
    await app.sign(n, { name: 'Mamoru Jinken' });
    await heard(n);
    app.clock.move(1);
  }
  const { status, body } = await app.call('GET', '/v1/outcomes/unknown');
  expect(status).toBe(200);
  expect(unknownAnswer.safeParse(body).error).toBeUndefined();
  expect(body).toMatchObject({
    looked_at: 4,
    learnt: 0,
    replies: [
      { words: 'address the heron of name id stands still for address', count: 3, targets: 1, signer_domains: 3 },
      { words: 'the owl has flown', count: 1, example: { stage: 'rcpt', code: 599, enhanced: '5.9.9' } },
    ],
  });
  expect(JSON.stringify(body)).not.toMatch(/mamoru|jinken|@|mail\d/i);

  // What these words would be called today, had a rule been added since they came.
  await app.database.write(async (transaction) => {
    await transaction.update(outcomeTable, { text: 'The owl has flown' }, { text: 'Greylisted, come back later' });
  });
  const later = (await app.call('GET', '/v1/outcomes/unknown')).body;
  expect(later).toMatchObject({ looked_at: 4, learnt: 1, replies: [{ count: 3 }] });
});

test('the list is for staff, and of a key’s own campaigns only', async () => {
  app = await startTestApp({
    personality: { name: 'a riddle', answer: ({ stage }) => (stage === 'rcpt' ? { say: '599 A riddle' } : undefined) },
  });
  await app.sign(1);
  await heard(1);
  const ask = async (scopes: ('read' | 'staff')[], campaigns: string[] | null) => {
    const key = await createSourceKey(
      { database: app.database, clock: app.clock },
      { source: 'other', scopes, campaigns },
    );
    return app.call('GET', '/v1/outcomes/unknown', undefined, { authorization: `Bearer ${key}` });
  };
  expect((await ask(['read'], null)).status).toBe(403);
  expect((await ask(['staff'], ['another-campaign'])).body).toMatchObject({ looked_at: 0, replies: [] });
  expect((await ask(['staff'], null)).body).toMatchObject({ looked_at: 1, replies: [{ words: 'a riddle' }] });
});
