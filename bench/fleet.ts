/** todoke as it sends for many: a process for all other roles, and one or more mailers beside it. */
import { join } from 'node:path';
import { makeCampaigns } from './campaigns.ts';
import type { Bench } from './scenario.ts';
import { environmentOf, startService, type Service } from './service.ts';

export interface FleetPlan {
  campaigns: number;
  mailers: number;
  smtpPort: number;
  connections: number;
  /** Begins the names of CPU profiles; without it there are none. */
  name?: string;
  /** Done when the texts are kept and before any mailer starts. */
  beforeMailers?: () => Promise<void>;
}

export interface Fleet {
  mailers: readonly Service[];
  others: Service;
  all: readonly Service[];
  stop(): Promise<void>;
}

/** Letters may leave as fast as they can: ten thousand a second, whatever the campaign says. */
const pacePerHour = 10_000 * 3_600;

/** Starts all processes; the one with the role `web` first, since it keeps the texts. */
export async function startFleet(bench: Bench, plan: FleetPlan): Promise<Fleet> {
  const { place } = bench;
  const shared = {
    CAMPAIGNS_DIR: makeCampaigns(join(place.folder, `campaigns-${plan.campaigns}`), plan.campaigns),
    SMTP_URL: `smtp://127.0.0.1:${plan.smtpPort}`,
    SMTP_CONNECTIONS: String(plan.connections),
    PACE_PER_HOUR: String(pacePerHour),
  };
  const profile = (role: string): string | undefined =>
    bench.profile && plan.name ? `${plan.name}-${role}` : undefined;
  const all: Service[] = [];
  const start = async (roles: string, role: string): Promise<Service> => {
    const service = await startService(environmentOf(place, { ...shared, ROLES: roles }), profile(role));
    bench.closing(service.stop);
    all.push(service);
    return service;
  };
  const others = await start('web,reports,petitions,timers', 'others');
  await plan.beforeMailers?.();
  const mailers: Service[] = [];
  for (let n = 0; n < plan.mailers; n += 1) mailers.push(await start('mailer', 'mailer'));
  return {
    mailers,
    others,
    all,
    async stop() {
      for (const service of all.toReversed()) await service.stop();
    },
  };
}
