/** Signing while a petition is compiled from rows: names sealed in MariaDB, then its files, by a process of that role. */
import { setTimeout as pause } from 'node:timers/promises';
import { campaignOf } from './campaigns.ts';
import type { Outcome } from './figures.ts';
import { inTurns, type Making } from './in-turns.ts';
import { letWait, queueLetters, settle } from './queued-letters.ts';
import type { Bench } from './scenario.ts';
import { startService } from './service.ts';
import { startSigning, type Signing } from './signing.ts';

/** Names that are still being sealed or typeset when what is measured beside them ends. */
const size = { names: 100_000, burst: 60_000, warm: 5_000, rounds: 5 };
const quickSize = { names: 20_000, burst: 3_000, warm: 500, rounds: 1 };

/** Number of the first person who waits; those who sign over HTTP are counted from 0. */
const firstName = 50_000_000;

export async function whileCompiling(bench: Bench, outcome: Outcome): Promise<void> {
  const { sql } = bench.place;
  const { names, burst, warm, rounds } = bench.quick ? quickSize : size;
  outcome.conditions.push(
    `compiled from rows: ${names.toLocaleString('en')} names are asked for over HTTP, sealed in MariaDB and made into files by a process with the role petitions alone`,
  );
  await bench.place.emptyDatabase();
  const signing = await startSigning(bench, ['sign', 'read', 'staff']);
  const maker = await startService(signing.environment('petitions'));
  bench.closing(maker.stop);
  await signing.burst(warm);
  await inTurns(bench, outcome, {
    name: 'petitions.compiling',
    label: 'signatures',
    alone: 'nothing being compiled',
    beside: 'while one is compiled from rows',
    rounds,
    async prepare(round) {
      await queueLetters(sql, { first: firstName + round * names, count: names, campaigns: 1 });
      await letWait(sql);
      await settle(sql);
    },
    measure: () => signing.burst(burst),
    begin: async () => compile(signing),
  });
  await Promise.all([maker.stop(), signing.close()]);
  outcome.troubles.push(...signing.web.troubles, ...maker.troubles);
}

/** Asks for a petition and does not wait for the answer: what the request itself does is measured too. */
function compile({ web, key }: Signing): Making {
  const { slug, target } = campaignOf(0);
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`http://127.0.0.1:${web.port}${path}`, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${String(said['detail'])}`);
    return said;
  };
  const asked = call(`/v1/campaigns/${slug}/petitions`, { target });
  // What went wrong is told by whoever asks how far it is.
  asked.catch(() => undefined);
  const isMade = async (): Promise<boolean> =>
    (await call(`/v1/petitions/${String((await asked)['id'])}`))['files_ready'] === true;
  return {
    isMade,
    async end() {
      while (!(await isMade())) await pause(500);
    },
  };
}
