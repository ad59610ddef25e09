/** `todoke serve`: the service, from start to an orderly stop. */
import { startApp } from '../app.ts';
import { readConfig } from '../config.ts';

/** Runs until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(): Promise<void> {
  const app = await startApp(readConfig());
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  process.once(signal, () => process.exit(1));
  await app.close();
}
