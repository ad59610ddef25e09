/** The real application on free ports, in a folder of its own, with a movable clock and the simulated embassy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type App, type AppOptions } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { createSourceKey, type Scope } from '../../src/intake/source-key.ts';
import { audit } from '../../src/ledger/audit.ts';
import { stateNumbers } from '../../src/ledger/numbers.ts';
import type { LetterState } from '../../src/letters/letter-states.ts';
import { dropEngines, engineEnvironment, prepareEngines } from './engines.ts';
import { movableClock, type MovableClock } from './movable-clock.ts';
import { waitFor } from './wait-for.ts';

export const campaign = 'uyghurs-abroad';
export const target = 'ambassador-of-china-to-japan';

export interface TestApp extends App {
  clock: MovableClock;
  folder: string;
  key: string;
  embassy: NonNullable<App['embassy']>;
  /** Sends JSON with the key of the test. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any; headers: Headers }>;
  /** Signs by the API; `n` makes the person, and her mail domain out of `domains`. */
  sign(n: number, changes?: Record<string, unknown>): ReturnType<TestApp['call']>;
  states(): Promise<Record<LetterState, number>>;
  /** Waits until this many letters are in each of these states. */
  until(states: Partial<Record<LetterState, number>>): Promise<void>;
  /** Throws with the findings when an invariant is broken. */
  auditGreen(): Promise<void>;
  /** Stops and starts again on the same rows. */
  stop(): Promise<void>;
}

export interface TestAppOptions extends AppOptions {
  env?: Record<string, string>;
  personality?: Personality;
  clock?: MovableClock;
  folder?: string;
  scopes?: readonly Scope[];
  /** Distinct mail domains of signers. */
  domains?: number;
}

export const testEnvironment = (folder: string): Record<string, string> => ({
  ...engineEnvironment(folder),
  DATA_DIR: folder,
  PORT: '0',
  OPS_PORT: '0',
  BOUNCE_PORT: '0',
  LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
  PACE_PER_HOUR: '1000000',
  RELEASE_EVERY: '10ms',
  SWEEP_EVERY: '20ms',
  // Nobody else waits here, and tests do wait for paper.
  PETITIONS_NICE: '0',
});

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'todoke-test-'));
  const clock = options.clock ?? movableClock();
  await prepareEngines(folder);
  const app = await startApp(readConfig({ ...testEnvironment(folder), ...options.env }), {
    // No test asks the real DNS: every domain exists and publishes nothing.
    resolver: {
      resolveTxt: () => Promise.resolve([]),
      domainExists: () => Promise.resolve(true),
      close: () => undefined,
    },
    ...options,
    clock,
  });
  const { embassy } = app;
  if (embassy && options.personality) embassy.become(options.personality);
  const key = await createSourceKey(
    { database: app.database, clock },
    { source: 'test', scopes: options.scopes ?? ['sign', 'read', 'personal', 'staff'], campaigns: null },
  );

  const call: TestApp['call'] = async (method, path, body, headers) => {
    const response = await fetch(app.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body:
        /json/.test(response.headers.get('content-type') ?? '') &&
        !/ndjson/.test(response.headers.get('content-type') ?? '')
          ? JSON.parse(text)
          : text,
    };
  };
  const states = async () => (await stateNumbers(app.database)).letters;

  return Object.assign(app, {
    clock,
    folder,
    key,
    embassy: embassy as NonNullable<App['embassy']>,
    call,
    sign: (n: number, changes: Record<string, unknown> = {}) =>
      call('POST', `/v1/campaigns/${campaign}/signatures`, { ...aSignature(n, options.domains), ...changes }),
    states,
    until: async (wanted: Partial<Record<LetterState, number>>) => {
      await waitFor(
        states,
        (seen) => Object.entries(wanted).every(([state, n]) => seen[state as LetterState] === n),
        JSON.stringify(wanted),
      );
    },
    async auditGreen() {
      const { ok, findings } = await audit(app.database);
      if (!ok)
        throw new Error(`the audit is red: ${JSON.stringify(findings.filter((finding) => finding.violations > 0))}`);
    },
    async stop() {
      await app.close();
      if (options.folder !== undefined) return;
      await dropEngines(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** The body of one signature event. */
export function aSignature(n: number, domains = 12) {
  return {
    name: `人権 守 ${n}`,
    email: `signer${n}@mail${n % domains}.example`,
    language: n % 2 === 0 ? 'ja' : 'en',
    consents: { send: '2020-05-29', 'hand-over': '2020-05-29' },
  };
}
