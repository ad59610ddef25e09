/** Numbers of a service under test, from its operators' port. */
import type { App } from '../../src/app.ts';

/** `sum` adds up all series of this name that have these labels. */
export async function metricsOf(
  app: Pick<App, 'opsUrl'>,
): Promise<{ sum(name: string, labels?: Record<string, string>): number }> {
  const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
  return {
    sum(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return text
        .split('\n')
        .filter((line) => new RegExp(`^${name}[ {]`).test(line) && wanted.every((label) => line.includes(label)))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
  };
}
