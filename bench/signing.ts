/** A process with the role `web`, and people who sign there as fast as it answers. */
import { join } from 'node:path';
import { campaignOf, makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import type { httpLoad } from './parts/http-load.ts';
import type { sink } from './parts/sink.ts';
import type { Bench } from './scenario.ts';
import { createKey, environmentOf, startService, type Environment, type Service } from './service.ts';

export interface Signing {
  web: Service;
  /** May do what `scopes` said. */
  key: string;
  /** For processes with other roles beside it. */
  environment(roles: string): Environment;
  /** So many more people sign; resolves with 202s per second. */
  burst(count: number): Promise<number>;
  close(): Promise<void>;
}

export async function startSigning(bench: Bench, scopes?: readonly string[]): Promise<Signing> {
  const { place } = bench;
  const mail = startChild<typeof sink>('sink');
  bench.closing(mail.close);
  const shared = {
    CAMPAIGNS_DIR: makeCampaigns(join(place.folder, 'signing-campaigns'), 1),
    SMTP_URL: `smtp://127.0.0.1:${await mail.ask('open', 0)}`,
  };
  const environment = (roles: string): Environment => environmentOf(place, { ...shared, ROLES: roles });
  const env = environment('web');
  const web = await startService(env);
  bench.closing(web.stop);
  const load = startChild<typeof httpLoad>('http-load');
  bench.closing(load.close);
  const key = await createKey(env, scopes);
  const door = { port: web.port, path: `/v1/campaigns/${campaignOf(0).slug}/signatures`, key, connections: 64 };
  let first = 0;
  return {
    web,
    key,
    environment,
    burst: (count) => load.ask('burst', { ...door, count, first: (first += count) - count }),
    close: async () => void (await Promise.all([web.stop(), load.close(), mail.close()])),
  };
}
