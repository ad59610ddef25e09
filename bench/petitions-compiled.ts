/** Signing while a petition is compiled from rows: names sealed in MariaDB, then its files, by a process of that role. */
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { campaignOf, makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import { ratio, type Figure, type Outcome } from './figures.ts';
import type { httpLoad } from './parts/http-load.ts';
import type { sink } from './parts/sink.ts';
import { letWait, queueLetters, settle } from './queued-letters.ts';
import type { Bench } from './scenario.ts';
import { createKey, environmentOf, startService } from './service.ts';

/** Names that are still being sealed or typeset when what is measured beside them ends. */
const size = { names: 100_000, burst: 60_000, warm: 5_000, rounds: 5 };
const quickSize = { names: 20_000, burst: 3_000, warm: 500, rounds: 1 };

/** Number of the first person who waits; those who sign over HTTP are counted from 0. */
const firstName = 50_000_000;

export async function whileCompiling(bench: Bench, outcome: Outcome, least: number): Promise<void> {
  const { place } = bench;
  const sizes = bench.quick ? quickSize : size;
  outcome.conditions.push(
    `compiled from rows: ${sizes.names.toLocaleString('en')} names are asked for over HTTP, sealed in MariaDB and made into files by a process with the role petitions alone`,
  );
  await place.emptyDatabase();
  const mail = startChild<typeof sink>('sink');
  bench.closing(mail.close);
  const shared = {
    CAMPAIGNS_DIR: makeCampaigns(join(place.folder, 'compiling-campaigns'), 1),
    SMTP_URL: `smtp://127.0.0.1:${await mail.ask('open', 0)}`,
  };
  const env = environmentOf(place, { ...shared, ROLES: 'web' });
  const web = await startService(env);
  bench.closing(web.stop);
  const maker = await startService(environmentOf(place, { ...shared, ROLES: 'petitions' }));
  bench.closing(maker.stop);
  const load = startChild<typeof httpLoad>('http-load');
  bench.closing(load.close);
  const { slug, target } = campaignOf(0);
  const key = await createKey(env, ['sign', 'read', 'staff']);
  const door = { port: web.port, path: `/v1/campaigns/${slug}/signatures`, key, connections: 64 };
  let first = 0;
  const burst = (count: number): Promise<number> =>
    load.ask('burst', { ...door, count, first: (first += count) - count });
  const call = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`http://127.0.0.1:${web.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${String(said['detail'])}`);
    return said;
  };
  const figure = (kind: string, words: string): Figure => ({
    name: `petitions.compiling.${kind}`,
    group: 'Meanwhile',
    label: `signatures, ${words}`,
    unit: '/s',
    rounds: [],
  });
  const alone = figure('alone', 'nothing being compiled');
  const beside = figure('beside', 'while one is compiled from rows');
  await burst(sizes.warm);
  for (let round = 0; round < sizes.rounds; round += 1) {
    bench.progress.step('signatures while a petition is compiled from rows', round, sizes.rounds);
    await queueLetters(place.sql, { first: firstName + round * sizes.names, count: sizes.names, campaigns: 1 });
    await letWait(place.sql);
    await settle(place.sql);
    alone.rounds.push(await burst(sizes.burst));
    const measured = burst(sizes.burst);
    const petition = await call('POST', `/v1/campaigns/${slug}/petitions`, { target });
    beside.rounds.push(await measured);
    const isReady = async (): Promise<boolean> =>
      (await call('GET', `/v1/petitions/${String(petition['id'])}`))['files_ready'] === true;
    if (await isReady()) throw new Error('the petition was made before the rate beside it was measured');
    while (!(await isReady())) await pause(500);
  }
  outcome.figures.push(
    beside,
    alone,
    ratio('petitions.compiling.ratio', 'signatures: with ÷ without', beside, alone, least),
  );
  await Promise.all([maker.stop(), web.stop(), load.close(), mail.close()]);
  outcome.troubles.push(...web.troubles, ...maker.troubles);
}
